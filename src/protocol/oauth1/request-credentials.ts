import { type OAuth1Signer, signedRequest } from '../../credential/oauth1/signed-request.ts';
import type { Fetch } from '../../ground/fetch.ts';
import type { OAuth1Server } from '../../providers/oauth1.ts';
import { repeatsAny } from '../repeated-secrets.ts';
import { clockOffset } from '../request-tokens.ts';
import { refuseServerFailure } from '../server-failure.ts';
import {
  type CredentialsReply,
  type OAuth1Problem,
  oauth1Refusal,
  readCredentialsReply,
  readOAuth1Problem,
  UNEXPLAINED,
} from './credentials-reply.ts';

/** A server of OAuth 1.0a, and who asks it. */
export interface CredentialEndpoint {
  readonly label: string;
  readonly server: Pick<OAuth1Server, 'method'>;
  readonly signer: OAuth1Signer;
  readonly fetch: Fetch;
}

/** One request for credentials. */
interface CredentialRequest {
  readonly url: string;
  /** What it asks for, as it stands in a sentence. */
  readonly what: string;
  /** Protocol parameters besides the usual ones. */
  readonly parameters: Readonly<Record<string, string>>;
  /** Parameters of the server's own. */
  readonly more?: Readonly<Record<string, string>>;
}

/** Credentials, and when they came. */
export interface IssuedCredentials extends CredentialsReply {
  readonly issuedAt: Date;
  /** Seconds by which the server's clock is ahead of ours, where they differ by more than five minutes. */
  readonly clockOffset?: number;
}

/**
 * Sends a signed request for credentials and reads the reply; one that says `nonce_used` is answered with another nonce,
 * once.
 *
 * Throws an `AuthorizationServerError` when the server refuses, a `ProtocolError` for a reply without credentials, and
 * a `NetworkError` when the server fails.
 *
 * @see [RFC 5849 §2](https://www.rfc-editor.org/rfc/rfc5849.html#section-2)
 */
export async function requestCredentials(
  endpoint: CredentialEndpoint,
  request: CredentialRequest,
): Promise<IssuedCredentials> {
  const first = await send(endpoint, request);
  const isNonceUsed = 'problem' in first && first.problem.name === 'nonce_used';
  const reply = isNonceUsed ? await send(endpoint, request) : first;
  const { response } = reply;
  const offset = clockOffset(response, endpoint.signer.now());
  const clock = offset === undefined ? {} : { clockOffset: offset };
  const what = `${request.what} at ${endpoint.label}`;
  if ('problem' in reply) {
    throw oauth1Refusal(discreet(reply.problem, endpoint.signer, request.parameters), {
      status: response.status,
      what,
      ...clock,
    });
  }
  return { ...readCredentialsReply(reply.text, what), issuedAt: endpoint.signer.now(), ...clock };
}

/** The problem without a name or words that repeat a secret: some servers explain a refusal by quoting what they were sent. */
function discreet(
  { name, words }: OAuth1Problem,
  { clientSecret, token }: OAuth1Signer,
  parameters: CredentialRequest['parameters'],
): OAuth1Problem {
  const { oauth_verifier, oauth_session_handle } = parameters;
  const secrets = [clientSecret?.reveal(), token?.secret.reveal(), oauth_verifier, oauth_session_handle];
  const isDiscreet = (said: string) => !repeatsAny(said, secrets.filter(isText));
  return {
    name: isDiscreet(name) ? name : UNEXPLAINED,
    ...(words === undefined || !isDiscreet(words) ? {} : { words }),
  };
}

function isText(secret: string | undefined): secret is string {
  return secret !== undefined && secret !== '';
}

type Reply = { readonly response: Response } & (
  | { readonly text: string }
  | { readonly problem: OAuth1Problem }
);

async function send(
  { server, signer, fetch, label }: CredentialEndpoint,
  { url, what, parameters, more = {} }: CredentialRequest,
): Promise<Reply> {
  const { method } = server;
  const own = new URLSearchParams(more).toString();
  const isForm = method === 'POST' && (own !== '' || signer.parametersIn === 'body');
  const address = new URL(url);
  if (!isForm && own !== '') {
    address.search += `${address.search === '' ? '?' : '&'}${own}`;
  }
  const signed = signedRequest(
    { method, url: address.href, parameters, ...(isForm ? { form: own } : {}) },
    signer,
  );
  const response = await fetch(signed.url, {
    method,
    headers: {
      ...signed.headers,
      ...(isForm ? { 'content-type': 'application/x-www-form-urlencoded' } : {}),
    },
    ...(signed.form === undefined ? {} : { body: signed.form }),
    redirect: 'manual',
  });
  const text = await response.text();
  refuseServerFailure(response, `${what} at ${label}`);
  // Some servers refuse with the status 200.
  const isRefused = !response.ok || new URLSearchParams(text).has('oauth_problem');
  return isRefused ? { response, problem: readOAuth1Problem(response, text) } : { response, text };
}
