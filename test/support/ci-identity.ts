import {
  createPublicKey,
  createSign,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  randomUUID,
} from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { listenOnLoopback } from './reverse-proxy.ts';

/** A request that reached the stub. */
export interface IdentityRequest {
  readonly path: string;
  readonly audience: string | null;
  readonly authorization: string | undefined;
}

/** What GitHub's OpenID provider for Actions does, on a loopback port: real JWTs, and a bearer token to ask with. */
export interface CiIdentityStub {
  readonly issuer: string;
  /** The variables that a job with `permissions: id-token: write` has. */
  readonly env: Record<string, string>;
  readonly requestToken: string;
  readonly publicKey: KeyObject;
  readonly requests: readonly IdentityRequest[];
  /** Every token that was handed out. */
  readonly issued: readonly string[];
  /** Signs a token like the stub's own, with other claims. */
  sign(claims: Record<string, unknown>): string;
  /** What the next replies are instead; `undefined`: the usual ones. */
  answerWith(reply: { readonly status: number; readonly body: string } | undefined): void;
  close(): Promise<void>;
}

/** The subject that the stub's tokens name. */
export const SUBJECT = 'repo:octo/app:ref:refs/heads/main';

const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });

/** Starts the stub. */
export async function startCiIdentity(): Promise<CiIdentityStub> {
  const requestToken = `ci-request-${randomBytes(24).toString('hex')}`;
  const requests: IdentityRequest[] = [];
  const issued: string[] = [];
  let instead: { readonly status: number; readonly body: string } | undefined;

  function answer(request: IncomingMessage, response: ServerResponse): void {
    const url = new URL(request.url ?? '/', issuer);
    const audience = url.searchParams.get('audience');
    requests.push({ path: url.pathname, audience, authorization: request.headers.authorization });
    const reply = (status: number, body: string) =>
      response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' }).end(body);
    if (instead !== undefined) {
      return void reply(instead.status, instead.body);
    }
    if (request.headers.authorization?.toLowerCase() !== `bearer ${requestToken}`) {
      return void reply(401, '{"message":"unauthorized"}');
    }
    if (url.searchParams.get('api-version') !== '2.0' || audience === null) {
      return void reply(400, '{"message":"bad request"}');
    }
    const token = sign({ aud: audience });
    issued.push(token);
    reply(200, JSON.stringify({ count: token.length, value: token }));
  }

  function sign(claims: Record<string, unknown>): string {
    const now = Math.floor(Date.now() / 1000);
    const all = {
      iss: issuer,
      sub: SUBJECT,
      jti: randomUUID(),
      iat: now,
      nbf: now,
      exp: now + 300,
      ...claims,
    };
    return signJwt({ alg: 'RS256', typ: 'JWT', kid: 'ci' }, all, privateKey);
  }

  const server = createServer(answer);
  const issuer = await listenOnLoopback(server);
  return {
    issuer,
    env: {
      GITHUB_ACTIONS: 'true',
      ACTIONS_ID_TOKEN_REQUEST_URL: `${issuer}/idtoken/job-1?api-version=2.0`,
      ACTIONS_ID_TOKEN_REQUEST_TOKEN: requestToken,
    },
    requestToken,
    publicKey: createPublicKey(privateKey),
    requests,
    issued,
    sign,
    answerWith: (reply) => {
      instead = reply;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** A signed JWT (RFC 7515 §3.1) with an RSA key. */
export function signJwt(header: object, claims: object, key: KeyObject): string {
  const input = [header, claims]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.');
  return `${input}.${createSign('sha256').update(input).sign(key, 'base64url')}`;
}
