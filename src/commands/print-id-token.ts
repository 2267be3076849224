import { freshIdToken } from '../access/fresh-id-token.ts';
import { applyingAccount } from '../accounts/applying-account.ts';
import type { Context } from '../ground/context.ts';
import { UsageError } from '../ground/errors.ts';
import { idTokenText, shortLivedIdTokenText } from '../output/id-token-format.ts';
import { maskLines } from '../output/masks.ts';
import { setsVariable } from '../output/token-format.ts';
import { tokenVariable } from '../settings/token-variable.ts';
import { chosenFormat, type FormatFlags } from './chosen-format.ts';
import { readMinValidity } from './min-validity.ts';
import { openAccess } from './open-access.ts';
import type { TokenSourceFlags } from './token-flags.ts';

/** The flags of `token` that an ID Token goes with. */
interface IdTokenFlags extends TokenSourceFlags, FormatFlags {
  readonly minValidity?: string;
  readonly refresh?: boolean;
  readonly debug?: boolean;
}

/**
 * `oauth-login token --id-token`: prints the ID Token of an account, refreshed when it ends. A variable that supplies an
 * access token supplies no ID Token, so the account is used all the same. Throws what `freshIdToken` throws, and a
 * `UsageError`.
 */
export async function printIdToken(
  target: string | undefined,
  flags: IdTokenFlags,
  context: Context,
): Promise<void> {
  const format = chosenFormat(flags);
  const minValiditySeconds = readMinValidity(flags.minValidity);
  if (flags.grant !== undefined) {
    throw new UsageError('usage_conflict', '--id-token is for the account of a person, and not for --grant', {
      hint: 'leave out --grant, or leave out --id-token',
    });
  }
  const access = openAccess(flags, context, 'token');
  const { head } = await applyingAccount(target, flags, access);
  const variable = setsVariable(format) ? tokenVariable(flags.as, head.provider, 'ID_TOKEN') : '';
  const freshness = { minValiditySeconds, isJustListed: true, force: flags.refresh ?? false };
  const fresh = await freshIdToken(head, freshness, access);
  const text = idTokenText(format, fresh, variable);
  const secondsLeft = (fresh.expiresAt.getTime() - context.clock.now().getTime()) / 1000;
  if (secondsLeft < minValiditySeconds) {
    context.stderr.write(shortLivedIdTokenText(fresh.head, secondsLeft, minValiditySeconds));
  }
  const masks = maskLines(fresh.idToken, context.env);
  if (masks !== '') {
    context.stderr.write(masks);
  }
  context.stdout.write(text);
}
