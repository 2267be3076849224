import { authorizationOf, bearerCredential } from '../credential/credential.ts';
import {
  AuthenticationRequiredError,
  AuthorizationServerError,
  NetworkError,
  type OAuthLoginError,
  ProtocolError,
} from '../ground/errors.ts';
import type { Secret } from '../ground/secret.ts';
import { readGraphError } from '../protocol/dialects/graph-error.ts';
import { readChallenge, readReason, reasonText } from '../protocol/error-reason.ts';
import { oauth1RequestProblem } from '../protocol/oauth1/resource-refusal.ts';
import { withoutRepeatedSecrets } from '../protocol/repeated-secrets.ts';
import { catalogue } from '../providers/catalogue.ts';
import type { Provider } from '../providers/provider.ts';

type Asked = Pick<Provider, 'name' | 'label' | 'quirks' | 'oauth1'>;

/** Longest document that is read, in characters. */
const LONGEST_DOCUMENT = 256 * 1024;

/**
 * Gives the text of a successful reply of a resource server; `token` is what the request carried, to be hidden.
 *
 * Throws an `AuthenticationRequiredError` when the token is not accepted, an `AuthorizationServerError` when
 * the request is refused, a `NetworkError` when the server fails, and a `ProtocolError` for a redirect.
 *
 * @see https://www.rfc-editor.org/rfc/rfc6750#section-3.1
 */
export async function readProfileResponse(
  provider: Asked,
  response: Response,
  token: Secret,
): Promise<string> {
  const text = await response.text();
  if (response.status !== 200) {
    throw refusal(provider, response, text, token);
  }
  if (text.length > LONGEST_DOCUMENT) {
    throw new ProtocolError('protocol_response_too_large', `the profile at ${provider.label} is too large`, {
      hint: 'tell the operator of the server',
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
      hint: 'a proxy or a sign-in page may be in between; try again from another network',
    });
  }
}

function refusal(provider: Asked, response: Response, text: string, token: Secret): OAuthLoginError {
  const { status } = response;
  const { label, name } = provider;
  const problem =
    provider.oauth1 === undefined
      ? undefined
      : oauth1RequestProblem(response, text, `the request for the profile at ${label}`);
  if (problem !== undefined) {
    return problem;
  }
  const reason = reasonOf(response, text, token);
  const said = reasonText(reason);
  const error = resourceError(provider, text, reason);
  // A reason that blames the request or the scope says that the token itself is good.
  if ((status === 401 && (error ?? 'invalid_token') === 'invalid_token') || error === 'invalid_token') {
    return new AuthenticationRequiredError(
      'token_rejected',
      `${label} does not accept the access token${said === '' ? ': it was revoked or has expired' : said}`,
      { hint: 'sign in again', serverWords: said },
    );
  }
  if (status >= 300 && status < 400) {
    return new ProtocolError('protocol_redirect', `${label} redirected the request for the profile`, {
      hint: 'redirects are not followed, because the request carries the token; check the address of the profile',
    });
  }
  if (isBusy(response)) {
    return new NetworkError(
      'network_server_error',
      `${label} answered the request for the profile with status ${status}${said}`,
      { hint: 'try again later', serverWords: said },
    );
  }
  return new AuthorizationServerError(
    error ?? 'profile_refused',
    `${label} refused to show the profile (status ${status})${said}`,
    {
      status,
      serverWords: said,
      hint: `see what ${label} asks for: oauth-login providers${catalogue.has(name) ? ` ${name}` : ''}`,
    },
  );
}

/** What the server gives as its reason, in the challenge or in the document; nothing of the token it may repeat. */
function reasonOf(response: Response, text: string, token: Secret): Readonly<Record<string, unknown>> {
  const challenge = readChallenge(response.headers.get('www-authenticate') ?? '');
  const { headers } = authorizationOf(bearerCredential(token));
  return withoutRepeatedSecrets({ ...readReason(text), ...challenge }, { headers });
}

/** The error by its name in RFC 6750 §3.1; the Graph API has codes of its own in their place. */
function resourceError(
  { quirks }: Asked,
  text: string,
  { error }: Readonly<Record<string, unknown>>,
): string | undefined {
  const name = quirks.includes('error-object') ? graphErrorName(text) : error;
  return ['invalid_request', 'invalid_token', 'insufficient_scope'].find((one) => one === name);
}

function graphErrorName(text: string): string | undefined {
  try {
    // The other names are made for the token endpoint and would mislead here.
    return readGraphError(Object(JSON.parse(text)))?.error === 'invalid_token' ? 'invalid_token' : undefined;
  } catch {
    return undefined;
  }
}

/** GitHub says 403 when the rate limit is used up. */
function isBusy({ status, headers }: Response): boolean {
  return (
    status >= 500 ||
    status === 429 ||
    (status === 403 && (headers.has('retry-after') || headers.get('x-ratelimit-remaining') === '0'))
  );
}
