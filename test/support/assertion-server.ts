import { type KeyObject, randomBytes, verify } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { listenOnLoopback, readBody } from './reverse-proxy.ts';

/** A key of a service account, as the server knows it. */
export interface RegisteredKey {
  readonly publicKey: KeyObject;
  /** The key is refused from then on, in seconds since the epoch. */
  readonly validBefore?: number;
}

/** A server in the manner of Google's: no client, no PKCE, no authorization endpoint; verified assertions only. */
export interface AssertionServer {
  readonly issuer: string;
  readonly tokenUri: string;
  readonly accounts: Map<string, { disabled?: boolean; readonly keys: Map<string, RegisteredKey> }>;
  readonly forms: readonly URLSearchParams[];
  readonly issued: readonly string[];
  close(): Promise<void>;
}

type Refusal = readonly [error: string, description: string];

/** Starts the server; accounts and their keys by `iss` and `kid`. */
export async function startAssertionServer(): Promise<AssertionServer> {
  const accounts: AssertionServer['accounts'] = new Map();
  const forms: URLSearchParams[] = [];
  const issued: string[] = [];
  const seen = new Set<unknown>();

  function judge(form: URLSearchParams): Refusal | undefined {
    if (form.get('grant_type') !== 'urn:ietf:params:oauth:grant-type:jwt-bearer') {
      return ['unsupported_grant_type', 'Invalid grant_type'];
    }
    const [header = '', payload = '', signature = ''] = (form.get('assertion') ?? '').split('.');
    const { alg, kid } = decode(header);
    const claims = decode(payload);
    const account = accounts.get(String(claims.iss));
    if (account === undefined) {
      return ['invalid_grant', 'Invalid grant: account not found'];
    }
    if (account.disabled) {
      return ['invalid_grant', 'Account disabled'];
    }
    const key = account.keys.get(String(kid));
    const now = Date.now() / 1000;
    const isRight =
      key !== undefined &&
      alg === 'RS256' &&
      now < (key.validBefore ?? Number.POSITIVE_INFINITY) &&
      verify(
        'sha256',
        Buffer.from(`${header}.${payload}`),
        key.publicKey,
        Buffer.from(signature, 'base64url'),
      );
    if (!isRight) {
      return ['invalid_grant', 'Invalid JWT Signature.'];
    }
    const [iat, exp] = [Number(claims.iat), Number(claims.exp)];
    if (!(iat <= now + 300 && exp > now && exp - iat <= 3600) || seen.has(claims.jti)) {
      return [
        'invalid_grant',
        'Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe.',
      ];
    }
    seen.add(claims.jti);
    if (claims.aud !== tokenUri) {
      return ['invalid_grant', 'Invalid JWT: Failed audience check.'];
    }
    if (typeof claims.scope !== 'string') {
      return ['invalid_scope', 'Empty or missing scope not allowed.'];
    }
    if (claims.sub !== undefined) {
      return ['unauthorized_client', 'Client is unauthorized to retrieve access tokens using this method.'];
    }
    return undefined;
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const reply = (status: number, body: object) =>
      response
        .writeHead(status, { 'content-type': 'application/json; charset=utf-8' })
        .end(JSON.stringify(body));
    const form = new URLSearchParams((await readBody(request)).toString('utf8'));
    if (request.url !== '/token') {
      reply(200, { issuer, token_endpoint: tokenUri, response_types_supported: [] });
      return;
    }
    forms.push(form);
    const refusal = judge(form);
    if (refusal !== undefined) {
      reply(400, { error: refusal[0], error_description: refusal[1] });
      return;
    }
    const accessToken = `ya29.${randomBytes(32).toString('base64url')}`;
    issued.push(accessToken);
    reply(200, { access_token: accessToken, expires_in: 3599, token_type: 'Bearer' });
  }

  const server = createServer((request, response) => void answer(request, response));
  const issuer = await listenOnLoopback(server);
  const tokenUri = `${issuer}/token`;
  return {
    issuer,
    tokenUri,
    accounts,
    forms,
    issued,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function decode(part: string): Record<string, unknown> {
  try {
    return JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
  } catch {
    return {};
  }
}
