import type { AccountChoice } from '../accounts/choose-account.ts';
import type { Context } from '../ground/context.ts';
import { UsageError } from '../ground/errors.ts';
import { accountDocument, jsonText } from '../output/json.ts';
import { exportedText } from '../output/moving-text.ts';
import { writeWords } from '../output/write-words.ts';
import { withNamedAccount } from '../settings/named-account.ts';
import { exportAccount } from '../setup/export-account.ts';
import { openAccess } from './open-access.ts';

/** The flags of `export`. */
export interface ExportFlags extends AccountChoice {
  readonly to?: string;
  readonly passphraseFile?: string;
  readonly json?: boolean;
  readonly debug?: boolean;
}

/** `oauth-login export`: writes an account into a file that only a passphrase opens. */
export async function exportToFile(typed: string, given: ExportFlags, context: Context): Promise<void> {
  const [target, flags] = withNamedAccount(typed, given);
  if (flags.to === undefined || flags.to === '') {
    throw new UsageError('usage_invalid', 'where should the account be written?', {
      hint: 'name a file that is not there yet, for example: oauth-login export github --to github.export; to set a variable of the shell, use: oauth-login token github --format env',
    });
  }
  if (flags.to === '-') {
    throw new UsageError('usage_invalid', 'an account is written to a file, and not to standard output', {
      hint: 'name a file that is not there yet, for example: oauth-login export github --to github.export',
    });
  }
  const { head, file } = await exportAccount(target, { ...flags, to: flags.to }, openAccess(flags, context));
  if (flags.json) {
    context.stdout.write(jsonText({ ...accountDocument(head, context.clock.now()), file }));
  } else {
    writeWords(context, exportedText(head, file), 'done');
  }
}
