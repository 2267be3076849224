import type { AccessSession } from '../access/access-session.ts';
import { chooseTokenSource, type TokenSource } from '../access/token-source.ts';
import type { AccountChoice } from '../accounts/choose-account.ts';
import { UsageError } from '../ground/errors.ts';
import { refuseUnattendedFlags, type UnattendedFlags } from '../settings/unattended-grant-flags.ts';

/** The flags that say which access token is meant. */
export interface TokenSourceFlags extends AccountChoice, UnattendedFlags {}

/**
 * Where the access token comes from that a target and its flags mean: with `--grant` from a server that needs no
 * person, else from a variable or the store.
 *
 * Throws what `settingsWithoutPerson`, `openUnattended` and `chooseTokenSource` throw.
 */
export async function tokenSourceOf(
  target: string | undefined,
  flags: TokenSourceFlags,
  access: AccessSession,
): Promise<TokenSource> {
  const { grant } = flags;
  if (grant === undefined) {
    refuseUnattendedFlags(flags);
    return chooseTokenSource(target, flags, access);
  }
  const [{ settingsWithoutPerson }, { openUnattended }] = await Promise.all([
    import('../access/settings-without-person.ts'),
    import('../access/unattended-token.ts'),
  ]);
  if (flags.account !== undefined) {
    throw new UsageError('usage_conflict', '--grant asks for a token of no account, and one is named', {
      hint: 'leave out --grant, or name the provider alone',
    });
  }
  return openUnattended(await settingsWithoutPerson(target, { ...flags, grant }, access), access);
}
