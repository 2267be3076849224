import { openUnattendedTokens } from '../accounts/unattended-tokens.ts';
import { isSameButLastSlash } from '../providers/issuer-spelling.ts';
import { requireFile } from '../secrets/secret-file.ts';
import { loginSettings } from '../settings/login-settings.ts';
import type { UnattendedFlags } from '../settings/unattended-grant-flags.ts';
import {
  type UnattendedSettings,
  unattendedSettings,
  unattendedTarget,
} from '../settings/unattended-settings.ts';
import { settingsOfAddress } from '../sign-in/resource-settings.ts';
import type { AccessSession } from './access-session.ts';

/**
 * The settings of a token request without a person, whatever its target turns out to be: an address that is not known
 * already is asked whether it is a protected resource, as at a sign-in. A kept token shows that an address is an issuer.
 *
 * Throws a `UsageError`, or a `ConfigurationError` for a file that cannot be read, before anything is sent, and what
 * `settingsOfAddress` throws.
 */
export async function settingsWithoutPerson(
  target: string | undefined,
  flags: UnattendedFlags & { readonly grant: string },
  access: AccessSession,
): Promise<UnattendedSettings> {
  const { context } = access;
  const { named, loginFlags } = unattendedTarget(target, flags);
  requireNamedFiles(flags);
  const isKnownIssuer =
    flags.store !== false &&
    openUnattendedTokens(context)
      .list()
      .tokens.some(({ issuer }) => isSameButLastSlash(issuer, named));
  if (isKnownIssuer) {
    return unattendedSettings(
      flags,
      loginSettings(named, loginFlags, context.env, await access.configuration()),
    );
  }
  const { settings } = await settingsOfAddress(named, loginFlags, access);
  return unattendedSettings(flags, settings);
}

/** A name that is mistyped is told before a server is looked for. */
function requireNamedFiles(flags: UnattendedFlags): void {
  const files = [
    { path: flags.keyFile, what: 'the private key', flag: '--key-file' },
    { path: flags.clientSecretFile, what: 'the client secret', flag: '--client-secret-file' },
    { path: flags.refreshTokenFile, what: 'the refresh token', flag: '--refresh-token-file' },
    { path: flags.subjectTokenFile, what: 'the subject token', flag: '--subject-token-file' },
  ];
  for (const { path, ...source } of files) {
    if (path !== undefined) {
      requireFile(path, source);
    }
  }
}
