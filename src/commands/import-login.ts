import type { AccountHead } from '../accounts/account.ts';
import { openSession, type Session } from '../accounts/session.ts';
import type { Context } from '../ground/context.ts';
import { defined } from '../ground/defined.ts';
import { ConfigurationError, StoreError, UsageError } from '../ground/errors.ts';
import { readFileUpTo, textOfBytes } from '../ground/read-bytes.ts';
import { Secret } from '../ground/secret.ts';
import { systemReason } from '../ground/system-words.ts';
import { readSecretFile } from '../secrets/secret-file.ts';
import { chooseGhLogin, type GhLogin, ghHostsFile, readGhHosts } from '../settings/gh-hosts.ts';
import { googleCredentialsFile, readGoogleCredentials } from '../settings/google-credentials.ts';
import type { LoginFlags } from '../settings/login-flags.ts';
import { loginSettings } from '../settings/login-settings.ts';
import { type ForeignToken, importSignIn } from '../sign-in/import-sign-in.ts';
import { signInPorts } from './login.ts';
import { writeImported } from './write-imported.ts';

/** The flags of `import --from`. */
export interface ImportLoginFlags extends LoginFlags {
  readonly from?: string;
}

/** The client identifier of gh, which its tokens belong to; it is public. */
const GH_CLIENT_ID = '178c6fc778ccc68e1d6a';
/** Longest file that is read, in bytes. */
const MOST_BYTES = 1_048_576;

/** `oauth-login import --from`: takes a login of another program, proves it, and keeps it as an account. */
export async function importLogin(
  word: string | undefined,
  flags: ImportLoginFlags,
  context: Context,
): Promise<void> {
  const session = openSession(context);
  const head = await (flags.from === 'gh'
    ? importFromGh(word, flags, session)
    : flags.from === 'gcloud'
      ? importFromGoogle(word, flags, session)
      : importRefreshToken(word, flags, session));
  writeImported({ head }, flags, context);
}

async function importFromGh(
  path: string | undefined,
  { host, account, ...flags }: ImportLoginFlags,
  session: Session,
): Promise<AccountHead> {
  const { context } = session;
  const file = path ?? ghHostsFile(context);
  const login = chooseGhLogin(
    await readGhHosts(await textOf(file, 'oauth-login import FILE --from gh', context), file),
    defined({ host, account }),
  );
  const token = login.token ?? (await keychainToken(login, context));
  const own = { ...flags, clientId: GH_CLIENT_ID, device: true };
  const target = login.host === 'github.com' ? own : { ...own, host: login.host };
  return keep('github', target, { kind: 'access-token', token }, session);
}

/** The token that gh keeps in the keychain, under the name of the host and of the user. */
async function keychainToken({ host, user = '' }: GhLogin, context: Context): Promise<Secret> {
  const keychain = await context.openKeychain();
  const text = await keychain.getPasswordOfUser?.(`gh:${host}`, user);
  const token = text?.replace(/^go-keyring-base64:(.*)$/s, (_, base64: string) =>
    Buffer.from(base64, 'base64').toString('latin1'),
  );
  if (token !== undefined && /^[\x21-\x7e]{1,4096}$/.test(token)) {
    return new Secret(token);
  }
  throw new StoreError('store_key_missing', `the keychain has no token of gh for ${host}`, {
    hint: 'unlock the keychain, or let gh keep it in its file: gh auth login --insecure-storage',
  });
}

async function importFromGoogle(
  path: string | undefined,
  flags: ImportLoginFlags,
  session: Session,
): Promise<AccountHead> {
  const file = path ?? googleCredentialsFile(session.context);
  const { clientId, clientSecret, refreshToken } = readGoogleCredentials(
    await textOf(file, 'oauth-login import FILE --from gcloud', session.context),
    file,
  );
  const token = { kind: 'refresh-token', token: refreshToken } as const;
  return keep('google', { ...flags, clientId }, token, session, clientSecret);
}

async function importRefreshToken(
  target: string | undefined,
  flags: ImportLoginFlags,
  session: Session,
): Promise<AccountHead> {
  if (target === undefined) {
    throw new UsageError('usage_invalid', 'whose refresh token is it?', {
      hint: 'name the provider, and pipe the token in: oauth-login import google --from refresh-token',
    });
  }
  const source = { what: 'the refresh token', flag: '--from refresh-token <' };
  const token = await readSecretFile('-', session.context, source);
  return keep(target, flags, { kind: 'refresh-token', token }, session);
}

async function keep(
  target: string,
  flags: LoginFlags,
  token: ForeignToken,
  session: Session,
  clientSecret?: Secret,
): Promise<AccountHead> {
  const { context, configuration } = session;
  const settings = {
    ...loginSettings(target, flags, context.env, await configuration()),
    ...defined({ clientSecret }),
  };
  return importSignIn(settings, token, session, signInPorts(settings.provider.label, settings, context));
}

async function textOf(file: string, command: string, context: Context): Promise<string> {
  try {
    return textOfBytes(await readFileUpTo(file, MOST_BYTES, context));
  } catch (error) {
    context.signal.throwIfAborted();
    throw new ConfigurationError('config_invalid_file', `cannot read ${file} (${systemReason(error)})`, {
      hint: `name the file of the other program: ${command}`,
      cause: error,
    });
  }
}
