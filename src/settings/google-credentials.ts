import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Context } from '../ground/context.ts';
import { variableText } from '../ground/environment.ts';
import { ConfigurationError } from '../ground/errors.ts';
import { parsePlainJson, plainObject } from '../ground/plain-json.ts';
import { Secret } from '../ground/secret.ts';

/** The login in Google's file of application-default credentials. */
export interface GoogleCredentials {
  readonly clientId: string;
  readonly clientSecret: Secret;
  readonly refreshToken: Secret;
}

const NAME = 'application_default_credentials.json';
const VALUE = /^[\x21-\x7e]{1,4096}$/;

/** Where Google's tools keep the file: `GOOGLE_APPLICATION_CREDENTIALS`, `CLOUDSDK_CONFIG`, else the custom of the platform. */
export function googleCredentialsFile({ env, platform }: Pick<Context, 'env' | 'platform'>): string {
  const file = variableText(env, 'GOOGLE_APPLICATION_CREDENTIALS');
  if (file !== undefined) {
    return file;
  }
  const directory = variableText(env, 'CLOUDSDK_CONFIG');
  if (directory !== undefined) {
    return join(directory, NAME);
  }
  const appData = platform === 'win32' ? variableText(env, 'APPDATA') : undefined;
  return appData === undefined
    ? join(variableText(env, 'HOME') ?? homedir(), '.config', 'gcloud', NAME)
    : join(appData, 'gcloud', NAME);
}

/** Reads such a file of a person. Throws a `ConfigurationError` for any other. */
export function readGoogleCredentials(source: string, file: string): GoogleCredentials {
  const members = plainObject(parsePlainJson(source));
  if (members?.type === 'service_account') {
    throw unfit(file, 'is the key of a service account, and not the login of a person', {
      hint: `request tokens with it: oauth-login token google --grant jwt-bearer --key-file ${file}`,
    });
  }
  const { client_id: clientId, client_secret: clientSecret, refresh_token: refreshToken } = members ?? {};
  if (
    members?.type !== 'authorized_user' ||
    !isValue(clientId) ||
    !isValue(clientSecret) ||
    !isValue(refreshToken)
  ) {
    throw unfit(file, 'is no login of a person with Google', {
      hint: 'sign in with gcloud first (gcloud auth application-default login), or name another file',
    });
  }
  return { clientId, clientSecret: new Secret(clientSecret), refreshToken: new Secret(refreshToken) };
}

function isValue(value: unknown): value is string {
  return typeof value === 'string' && VALUE.test(value);
}

function unfit(file: string, what: string, options: { readonly hint: string }): ConfigurationError {
  return new ConfigurationError('config_invalid_file', `${file} ${what}`, options);
}
