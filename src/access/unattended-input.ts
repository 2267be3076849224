import { type AssertionIssuer, readAssertionIssuer } from '../grants/jwt-bearer.ts';
import { findSubjectToken, handedOverToken, type SubjectTokenReader } from '../grants/subject-token.ts';
import type { Context } from '../ground/context.ts';
import { ConfigurationError } from '../ground/errors.ts';
import type { Secret } from '../ground/secret.ts';
import { readSigningKey, type SigningKey } from '../protocol/signing-key.ts';
import { readSecretFile, readSecretText, sourceName } from '../secrets/secret-file.ts';
import type { UnattendedSettings } from '../settings/unattended-settings.ts';
import { providerVariable, variableName } from '../settings/variables.ts';

/** What a grant needs besides the client. */
export interface UnattendedInput {
  readonly clientKey?: SigningKey;
  readonly assertionIssuer?: AssertionIssuer;
  readonly refreshToken?: Secret;
  readonly subjectToken?: SubjectTokenReader;
}

/**
 * Reads what the grant needs from files, variables and standard input.
 *
 * Throws a `ConfigurationError` that names the variable or the flag, and a `StoreError` when others may read a file.
 */
export async function readUnattendedInput(
  settings: UnattendedSettings,
  context: Context,
): Promise<UnattendedInput> {
  const { grant, keyFile } = settings;
  const key = keyFile === undefined ? undefined : await readKey(keyFile, context);
  const name = keyFile === undefined ? '' : sourceName(keyFile);
  if (grant === 'jwt-bearer') {
    if (key === undefined) {
      throw new ConfigurationError('config_missing_key', 'the grant jwt-bearer needs a key to sign with', {
        hint: 'add --key-file FILE: a private key (JWK or PEM), or the JSON file of a Google service account',
      });
    }
    return { assertionIssuer: await readAssertionIssuer(key, name, settings) };
  }
  const clientKey = key === undefined ? {} : { clientKey: await readSigningKey(key, name, settings.keyId) };
  if (grant === 'refresh-token') {
    return { ...clientKey, refreshToken: await readRefreshToken(settings, context) };
  }
  if (grant === 'token-exchange') {
    return { ...clientKey, subjectToken: await findSubjectToken(settings, context) };
  }
  return clientKey;
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
