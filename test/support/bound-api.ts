import type { IncomingMessage } from 'node:http';
import { type CheckedProof, checkProof } from './proof-checks.ts';
import { readBody } from './reverse-proxy.ts';
import { serveHttp, type TestServer } from './tls.ts';

/** What came to the API. */
export interface BoundRequest {
  readonly method: string;
  /** Path and query. */
  readonly target: string;
  readonly authorization: string | undefined;
  readonly dpop: string | undefined;
  readonly body: string;
  /** Absent where it was refused. */
  readonly proof?: CheckedProof;
  /** Why it was refused. */
  readonly fault?: string;
}

/** An API that takes nothing but tokens that are bound to a key, with a proof (RFC 9449 §7). */
export interface BoundApi extends TestServer {
  readonly requests: readonly BoundRequest[];
  /** What the next requests have to have for a nonce; `undefined`: none is asked for. */
  wantNonce(nonce: string | undefined): void;
  /** Calls that token invalid from now on. */
  refuseToken(token: string): void;
  /** Gives that nonce with every reply, whatever is asked for. */
  giveNonce(nonce: string | undefined): void;
}

/** Starts the API; `thumbprintOf` says which key a token is bound to, as the server that issued it does. */
export async function startBoundApi(
  thumbprintOf: (token: string) => Promise<string | undefined>,
): Promise<BoundApi> {
  const requests: BoundRequest[] = [];
  const seen = new Set<string>();
  const refused = new Set<string>();
  let wanted: string | undefined;
  let given: string | undefined;
  let origin = '';
  const server = await serveHttp(async (request, response) => {
    const body = (await readBody(request)).toString('utf8');
    const { method = '', url: target = '/', headers } = request;
    const { authorization } = headers;
    const dpop = typeof headers.dpop === 'string' ? headers.dpop : undefined;
    const recorded = { method, target, authorization, dpop, body };
    const nonce = given ?? wanted;
    if (nonce !== undefined) {
      response.setHeader('dpop-nonce', nonce);
    }
    try {
      const proof = await admit(request, `${origin}${target}`);
      requests.push({ ...recorded, proof });
      response.setHeader('content-type', 'application/json').end(`{"hello":"${proof.thumbprint}"}`);
    } catch (error) {
      const fault = error instanceof Error ? error.message : String(error);
      requests.push({ ...recorded, fault });
      const name = fault.includes('nonce') ? 'use_dpop_nonce' : 'invalid_token';
      response.writeHead(401, { 'www-authenticate': `DPoP error="${name}", algs="ES256"` }).end(fault);
    }
  });
  ({ origin } = server);

  async function admit({ method = '', headers }: IncomingMessage, url: string): Promise<CheckedProof> {
    const [scheme, accessToken = ''] = (headers.authorization ?? '').split(' ');
    if (scheme !== 'DPoP') {
      throw new Error(`the scheme is ${scheme}`);
    }
    if (refused.has(accessToken)) {
      throw new Error('the token is refused');
    }
    const expected = { method, url, accessToken, ...(wanted === undefined ? {} : { nonce: wanted }) };
    const proof = checkProof(headers.dpop, expected, seen);
    if (proof.thumbprint !== (await thumbprintOf(accessToken))) {
      throw new Error('the token is bound to another key');
    }
    return proof;
  }

  return {
    ...server,
    requests,
    wantNonce: (nonce) => {
      wanted = nonce;
    },
    refuseToken: (token) => void refused.add(token),
    giveNonce: (nonce) => {
      given = nonce;
    },
  };
}

/** Asks the server that issued a token which key it is bound to (RFC 7662, RFC 9449 §6.2). */
export function introspectedThumbprint(issuer: string, clientId: string, clientSecret?: string) {
  return async (token: string) => (await confirmationOf(issuer, token, clientId, clientSecret)).jkt;
}

/** The same of a token that is bound to a certificate (RFC 8705 §3.2). */
export function introspectedCertificate(issuer: string, clientId: string) {
  return async (token: string) => (await confirmationOf(issuer, token, clientId))['x5t#S256'];
}

async function confirmationOf(
  issuer: string,
  token: string,
  clientId: string,
  clientSecret?: string,
): Promise<{ readonly jkt?: string; readonly 'x5t#S256'?: string }> {
  const own = clientSecret === undefined ? {} : { client_secret: clientSecret };
  const body = new URLSearchParams({ token, client_id: clientId, ...own });
  const response = await fetch(`${issuer}/token/introspection`, { method: 'POST', body });
  const { active, cnf } = (await response.json()) as { active: boolean; cnf?: object };
  return active ? { ...cnf } : {};
}
