import { join } from 'node:path';
import type { AccountHead } from '../accounts/account.ts';
import { accountWords } from '../accounts/account-words.ts';
import { accountsHere } from '../accounts/accounts-here.ts';
import { openBegunSignIns } from '../accounts/begun-sign-ins.ts';
import { listKeptClients } from '../accounts/kept-clients.ts';
import type { UnreadableFile } from '../accounts/list-stored-heads.ts';
import { openSession, type Session } from '../accounts/session.ts';
import { openUnattendedTokens } from '../accounts/unattended-tokens.ts';
import type { Context } from '../ground/context.ts';
import { AuthenticationRequiredError, ConfigurationError, StoreError } from '../ground/errors.ts';
import { shellQuoted } from '../ground/file-system-words.ts';
import { parsePlainJson, plainObject } from '../ground/plain-json.ts';
import { accountHereDocument, hereText } from '../output/account-here-text.ts';
import { statusText } from '../output/account-text.ts';
import { waitingDocument, waitingText } from '../output/begun-sign-in-text.ts';
import { accountDocument, jsonText, keptClientDocument, keptTokenDocument } from '../output/json.ts';
import { keptTokenText } from '../output/kept-token-text.ts';
import { problemText, variableTokenText } from '../output/text.ts';
import { writeWords } from '../output/write-words.ts';
import { configurationFile, fileUnderHome } from '../settings/configuration-file.ts';
import { readConfigurationSource } from '../settings/configuration-source.ts';
import { readPeriod } from '../settings/seconds.ts';
import { tokenVariables } from '../settings/variables.ts';
import { refuseEnding } from './ending-sign-ins.ts';

/** The flags of `status`. */
export interface StatusFlags {
  readonly json?: boolean;
  /** Such as `3d`. */
  readonly checkExpiry?: string;
}

/**
 * `oauth-login status`: every account, every token of `--grant` that is kept, and where the secrets live; without
 * network. Where the key is at hand it vouches for what the files say; where it is not, that is said.
 */
export async function status(flags: StatusFlags, context: Context): Promise<void> {
  const period =
    flags.checkExpiry === undefined ? undefined : readPeriod('--check-expiry', flags.checkExpiry);
  const session = openSession(context);
  const { accounts, problems: unreadable } = await checkedAccounts(session);
  const kept = openUnattendedTokens(context).list();
  const problems = [...unreadable, ...kept.problems];
  const clients = listKeptClients(context);
  const waiting = openBegunSignIns(context).list();
  const variables = tokenVariables(context.env);
  const now = context.clock.now();
  const heads = accounts.map(({ head }) => head);
  const words = (head: AccountHead) => accountWords(head, heads);
  const here = await accountsHere(heads, session);
  const untold = here.flatMap((one) => ('error' in one ? [one.error] : []));
  const broken = await brokenConfiguration(session);
  // Every account may have told it already, as what keeps it from being chosen here.
  const isTold = untold.some(({ message }) => message === broken?.message);
  const warnings = [
    ...problems.map(({ error }) => error),
    ...untold,
    ...(isTold ? [] : [broken ?? []].flat()),
  ];
  if (flags.json) {
    context.stdout.write(
      jsonText({
        accounts: accounts.map(({ head, isChecked }) => ({
          ...accountDocument(head, now),
          target: words(head),
          checked: isChecked,
        })),
        here: {
          directory: context.workingDirectory() ?? null,
          accounts: here.map((one) => accountHereDocument(one, words)),
        },
        grants: kept.tokens.map((token) => keptTokenDocument(token, now)),
        clients: clients.map(keptClientDocument),
        sign_ins: waiting.map(waitingDocument),
        problems: [
          ...problems,
          ...(broken === undefined ? [] : [{ file: configurationFile(context.paths), error: broken }]),
        ].map(({ file, error }) => ({
          file,
          code: error.code,
          message: error.message,
          hint: error.hint,
        })),
        variables,
      }),
    );
  } else {
    const blocks = [
      ...accounts.map(({ head, isChecked }) =>
        statusText(head, shellQuoted(words(head)), isChecked, now, hereText(head, here, words)),
      ),
      ...kept.tokens.map((token) => keptTokenText(token, now)),
      ...waiting.map((signIn) => waitingText(signIn, now)),
    ];
    if (clients.length > 0) {
      const { keptClientsWords } = await import('./tell-kept-clients.ts');
      blocks.push(await keptClientsWords(context));
    }
    writeWords(context, blocks.join('\n'), 'blocks');
    for (const name of variables) {
      writeWords(context, variableTokenText(name));
    }
  }
  if (!flags.json) {
    for (const error of warnings) {
      context.stderr.write(problemText('warning', error));
    }
  }
  const nothing = [accounts, kept.tokens, waiting, variables, problems].every(({ length }) => length === 0);
  if (!nothing) {
    if (period !== undefined) {
      refuseEnding({ accounts: heads, clients }, now, period);
    }
    return;
  }
  throw new AuthenticationRequiredError('login_required', 'nobody is signed in', {
    hint: 'sign in with: oauth-login github (oauth-login providers lists the others)',
  });
}

/**
 * Why the user's configuration cannot be read, for which other commands stop; `undefined` where it is a JSON object. Its keys
 * are not looked at, since that would load much; `doctor` does.
 */
async function brokenConfiguration({
  configuration,
  context,
}: Session): Promise<ConfigurationError | undefined> {
  try {
    const file = fileUnderHome(context.paths);
    const source = file === undefined ? undefined : readConfigurationSource(file);
    if (source !== undefined && plainObject(parsePlainJson(source)) === undefined) {
      await configuration();
    }
    return undefined;
  } catch (error) {
    if (error instanceof ConfigurationError) {
      return error;
    }
    throw error;
  }
}

/** The accounts, each with whether its key vouches for it; one that was edited is among the problems. */
async function checkedAccounts({ context, store }: Session) {
  const { accounts, problems } = await store.list();
  const checked: { readonly head: AccountHead; readonly isChecked: boolean }[] = [];
  const edited: UnreadableFile[] = [];
  for (const head of accounts) {
    try {
      checked.push({ head, isChecked: await store.isChecked(head) });
    } catch (error) {
      if (!(error instanceof StoreError)) {
        throw error;
      }
      edited.push({ file: join(context.paths.dataDir, 'accounts', `${head.id}.account`), error });
    }
  }
  return { accounts: checked, problems: [...problems, ...edited] };
}
