import {
  AuthenticationRequiredError,
  AuthorizationServerError,
  NetworkError,
  type OAuthLoginError,
  ProtocolError,
} from '../errors.ts';
import { readGraphError } from '../protocol/graph-error.ts';
import { catalogue } from '../providers/catalogue.ts';
import type { Provider } from '../providers/provider.ts';

type Asked = Pick<Provider, 'name' | 'label' | 'quirks'>;

/** Longest document that is read, in characters. */
const longestDocument = 256 * 1024;

/**
 * Gives the text of a successful reply of a resource server.
 *
 * Throws an `AuthenticationRequiredError` when the token is not accepted, an `AuthorizationServerError` when
 * the request is refused, a `NetworkError` when the server fails, and a `ProtocolError` for a redirect.
 *
 * @see https://www.rfc-editor.org/rfc/rfc6750#section-3.1
 */
export async function readProfileResponse(provider: Asked, response: Response): Promise<string> {
  const text = await response.text();
  if (response.status !== 200) {
    throw refusal(provider, response, text);
  }
  if (text.length > longestDocument) {
    throw new ProtocolError('protocol_response_too_large', `the profile at ${provider.label} is too large`, {
      hint: 'report it to the operator of the server',
    });
  }
  return text;
}

/** Gives the JSON value of the text; throws a `ProtocolError` when it is none. */
export function parseDocument(provider: Asked, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new ProtocolError('protocol_invalid_response', `the profile at ${provider.label} is not JSON`, {
      hint: 'a proxy or a sign-in page may stand in between; try again from another network',
    });
  }
}

function refusal(provider: Asked, response: Response, text: string): OAuthLoginError {
  const { status } = response;
  const error = resourceError(provider, response, text);
  if (status === 401 || error === 'invalid_token') {
    return new AuthenticationRequiredError(
      'token_rejected',
      `${provider.label} does not accept the access token: it was revoked or has expired`,
      { hint: 'sign in again' },
    );
  }
  if (status >= 300 && status < 400) {
    return new ProtocolError(
      'protocol_redirect',
      `${provider.label} redirected the request for the profile`,
      {
        hint: 'redirects are not followed, since the request carries the token; check the address of the profile',
      },
    );
  }
  if (isBusy(response)) {
    return new NetworkError(
      'network_server_error',
      `${provider.label} answered the request for the profile with status ${status}`,
      { hint: 'try again in a while' },
    );
  }
  return new AuthorizationServerError(
    error ?? 'profile_refused',
    `${provider.label} refused to show the profile (status ${status})`,
    {
      status,
      hint: `see what ${provider.label} asks for: oauth-login providers${catalogue.has(provider.name) ? ` ${provider.name}` : ''}`,
    },
  );
}

/** The error by its name in RFC 6750 §3.1, from the challenge or from the body of the Graph API. */
function resourceError(provider: Asked, response: Response, text: string): string | undefined {
  if (provider.quirks.includes('error-object')) {
    try {
      const document: unknown = JSON.parse(text);
      if (typeof document === 'object' && document !== null) {
        // The other names are made for the token endpoint and would mislead here.
        return readGraphError(document)?.error === 'invalid_token' ? 'invalid_token' : undefined;
      }
    } catch {
      return undefined;
    }
  }
  const challenge = response.headers.get('www-authenticate') ?? '';
  return /\berror="(invalid_request|invalid_token|insufficient_scope)"/.exec(challenge)?.[1];
}

/** GitHub says 403 when the rate limit is used up. */
function isBusy({ status, headers }: Response): boolean {
  return (
    status >= 500 ||
    status === 429 ||
    (status === 403 && (headers.has('retry-after') || headers.get('x-ratelimit-remaining') === '0'))
  );
}
