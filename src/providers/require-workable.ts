import type { AuthorizationServer } from 'oauth4webapi';
import { ConfigurationError } from '../ground/errors.ts';
import { clientAuthentications, type Provider, tlsClientAuthentications } from './provider.ts';
import { offeredMode, responseModes } from './response-mode.ts';

/** How the sign-in asks: these checks are about the authorization request only where one is made. */
export interface AskedFlow {
  readonly withoutCode?: boolean;
}

/** Ways to authenticate at the token endpoint that a sign-in knows; the list is optional and then means Basic (RFC 8414 §2). */
const knownMethods: readonly string[] = clientAuthentications;

/**
 * Throws a `ConfigurationError` where the metadata says that the sign-in cannot work: it demands what is not done here,
 * or leaves out what is needed. Said before a person goes to the browser, types a password and agrees in vain.
 *
 * @see [RFC 8414 §2](https://www.rfc-editor.org/rfc/rfc8414.html#section-2)
 */
export function requireWorkable(provider: Provider, metadata: AuthorizationServer, flow: AskedFlow): void {
  const obstacle =
    (flow.withoutCode === true ? undefined : requestObstacle(metadata)) ?? tokenObstacle(provider, metadata);
  if (obstacle === undefined) {
    return;
  }
  const [what, hint] = obstacle;
  throw new ConfigurationError('config_unsupported_server', `${provider.issuer} ${what}`, {
    hint:
      hint ??
      (flow.withoutCode !== true && metadata.device_authorization_endpoint !== undefined
        ? 'sign in with --device, or ask its operator to allow clients without it'
        : 'ask its operator to allow clients without it'),
  });
}

type Obstacle = readonly [what: string, hint?: string];

function requestObstacle(metadata: AuthorizationServer): Obstacle | undefined {
  const { response_types_supported: types } = metadata;
  if (
    metadata.require_pushed_authorization_requests === true &&
    metadata.pushed_authorization_request_endpoint === undefined
  ) {
    return [
      'accepts only pushed authorization requests (RFC 9126), but its metadata do not say where they go',
    ];
  }
  if (types !== undefined && !types.includes('code')) {
    return ['does not offer the response type "code", which the sign-in in a browser needs'];
  }
  if (offeredMode(metadata) === undefined) {
    const takes = responseModes.map((mode) => `"${mode}"`).join(', ');
    return [`answers in ways that this tool does not take (response_modes_supported); it takes ${takes}`];
  }
  return undefined;
}

function tokenObstacle(provider: Provider, metadata: AuthorizationServer): Obstacle | undefined {
  const methods = metadata.token_endpoint_auth_methods_supported;
  if (
    methods !== undefined &&
    methods.length > 0 &&
    provider.clientSecret !== 'none' &&
    !methods.some((method) => isKnown(method, provider))
  ) {
    return [
      'requires a client that has a certificate (RFC 8705) at the token endpoint, and none is named',
      'name it with --client-certificate-file FILE and its key with --client-certificate-key-file FILE; if the server allows public clients, say so with "client_authentication": "none" in config.json',
    ];
  }
  if (metadata.jwks_uri === undefined && provider.scopes.includes('openid')) {
    return [
      'names no keys (jwks_uri) to check an ID Token with',
      'add its jwks_uri to the endpoints of its entry in config.json, or leave openid out of the "scopes" there',
    ];
  }
  return undefined;
}

function isKnown(method: string, { showsCertificate }: Provider): boolean {
  const isByCertificate = tlsClientAuthentications.some((known) => known === method);
  return isByCertificate ? showsCertificate === true : knownMethods.includes(method);
}
