import { type AssertionIssuer, readAssertionIssuer } from '../grants/jwt-bearer.ts';
import { findSubjectToken, handedOverToken, type SubjectTokenReader } from '../grants/subject-token.ts';
import type { Context } from '../ground/context.ts';
import { ConfigurationError, UsageError } from '../ground/errors.ts';
import type { Secret } from '../ground/secret.ts';
import { readSigningKey, type SigningKey } from '../protocol/signing-key.ts';
import { readSecretFile, readSecretText, sourceName } from '../secrets/secret-file.ts';
import type { UnattendedSettings } from '../settings/unattended-settings.ts';
import { providerVariable, variableName } from '../settings/variables.ts';
import type { AccessSession } from './access-session.ts';
import { accountSubject } from './account-subject.ts';

/** What a grant needs besides the client. */
export interface UnattendedInput {
  readonly clientKey?: SigningKey;
  readonly assertionIssuer?: AssertionIssuer;
  readonly refreshToken?: Secret;
  /** The subject of a token exchange, or an ID Token for an ID-JAG that is no account's. */
  readonly subjectToken?: SubjectTokenReader;
  /** An assertion that somebody else has signed. */
  readonly assertion?: SubjectTokenReader;
}

/**
 * Reads what the grant needs from files, variables and standard input.
 *
 * Throws a `ConfigurationError` that names the variable or the flag, and a `StoreError` when others may read a file.
 */
export async function readUnattendedInput(
  settings: UnattendedSettings,
  access: AccessSession,
): Promise<UnattendedInput> {
  const { context } = access;
  const { grant, keyFile } = settings;
  const isHandedOver = settings.subjectToken.kind !== 'variable';
  const key = keyFile === undefined ? undefined : await readKey(keyFile, context);
  const name = keyFile === undefined ? '' : sourceName(keyFile);
  if (grant === 'jwt-bearer' && isHandedOver) {
    if (key !== undefined) {
      throw new UsageError('usage_conflict', 'the assertion is signed here or handed over, and not both', {
        hint: 'leave out --key-file, or the flag that names the assertion',
      });
    }
    return { assertion: await readSubjectToken(settings, access) };
  }
  if (grant === 'jwt-bearer') {
    if (key === undefined) {
      throw new ConfigurationError('config_missing_key', 'the grant jwt-bearer needs a key to sign with', {
        hint: 'add --key-file FILE: a private key (JWK or PEM), or the JSON file of a Google service account; or hand over an assertion that is signed already (--subject-token-file, --subject-from ci)',
      });
    }
    return { assertionIssuer: await readAssertionIssuer(key, name, settings) };
  }
  const clientKey = key === undefined ? {} : { clientKey: await readSigningKey(key, name, settings.keyId) };
  if (grant === 'refresh-token') {
    return { ...clientKey, refreshToken: await readRefreshToken(settings, context) };
  }
  if (grant === 'token-exchange' || (grant === 'id-jag' && isHandedOver)) {
    return { ...clientKey, subjectToken: await readSubjectToken(settings, access) };
  }
  return clientKey;
}

async function readSubjectToken(
  settings: UnattendedSettings,
  access: AccessSession,
): Promise<SubjectTokenReader> {
  const source = settings.subjectToken;
  if (source.kind === 'account') {
    return () => accountSubject(source.target, access);
  }
  return findSubjectToken(settings, source, access.context);
}

function readKey(path: string, context: Context): Promise<string> {
  return readSecretText(path, context, { what: 'the private key', flag: '--key-file' });
}

/** Reads the refresh token that was named, or that of the environment; throws like `readUnattendedInput`. */
export async function readRefreshToken(settings: UnattendedSettings, context: Context): Promise<Secret> {
  const { refreshTokenFile: path, provider } = settings;
  const name = variableName(provider.name, 'REFRESH_TOKEN');
  if (path !== undefined) {
    const source = { what: 'the refresh token', flag: '--refresh-token-file' };
    return handedOverToken((await readSecretFile(path, context, source)).reveal(), sourceName(path));
  }
  const value = providerVariable(context.env, provider.name, 'REFRESH_TOKEN');
  if (value !== undefined) {
    return handedOverToken(value, name);
  }
  throw new ConfigurationError(
    'config_missing_refresh_token',
    `there is no refresh token for ${provider.label}`,
    {
      hint: `set ${name}, or give --refresh-token-file FILE`,
    },
  );
}
