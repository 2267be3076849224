import type { Environment } from '../ground/context.ts';
import { ConfigurationError, UsageError } from '../ground/errors.ts';
import { Secret } from '../ground/secret.ts';
import type { Provider } from '../providers/provider.ts';
import { providerVariable, variableName } from './variables.ts';

/** The client secret of the variable, of the characters that a file may hold (RFC 6749 appendix A.2); throws a `ConfigurationError`. */
export function clientSecretSetting({ name }: Provider, env: Environment): Secret | undefined {
  const text = providerVariable(env, name, 'CLIENT_SECRET');
  if (text === undefined || /^[\x20-\x7e]+$/.test(text)) {
    return text === undefined ? text : new Secret(text);
  }
  const variable = variableName(name, 'CLIENT_SECRET');
  throw new ConfigurationError(
    'config_invalid_value',
    `${variable} holds more than one line of printable ASCII text`,
    { hint: 'it has to hold the client secret and nothing else' },
  );
}

/** The client identifier; throws a `ConfigurationError` for one that no server can have given (RFC 6749 appendix A.1). */
export function validClientId(clientId: string, provider: Provider): string {
  if (/^[\x20-\x7e]{1,2048}$/.test(clientId)) {
    return clientId;
  }
  throw new ConfigurationError(
    'config_invalid_value',
    `the client ID for ${provider.label} is empty, or not printable ASCII text`,
    {
      hint: 'copy it again from the page of the registration',
    },
  );
}

/** The address of the document that is the client: an https URL with a path. Throws a `UsageError` for any other. */
export function clientMetadataUrl(text: string | undefined): string | undefined {
  const url = text !== undefined && URL.canParse(text) ? new URL(text) : undefined;
  const isFit =
    url?.protocol === 'https:' && url.pathname !== '/' && !/[#@]|\/\.{1,2}(?:\/|$)/.test(text ?? '');
  if (text === undefined || isFit) {
    return text;
  }
  throw new UsageError(
    'usage_invalid',
    `${JSON.stringify(text)} is no address of a client metadata document`,
    {
      hint: 'it has to be an https URL with a path, such as https://example.com/oauth-login/client.json',
    },
  );
}
