import { createSign, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type EmbeddedProvider,
  type EmbeddedProviderOptions,
  startEmbeddedProvider,
} from '../../src/demo/embedded-provider.ts';
import { applyFault, type Fault } from './faults.ts';
import { IssuedSecrets, type SecretKind } from './issued-secrets.ts';
import { forward, listenOnLoopback, type Reply, readBody, send } from './reverse-proxy.ts';

export type Endpoint =
  | 'discovery'
  | 'jwks'
  | 'authorization'
  | 'pushed_authorization'
  | 'interaction'
  | 'token'
  | 'introspection'
  | 'revocation'
  | 'userinfo'
  | 'device_authorization'
  | 'backchannel_authentication'
  | 'device'
  | 'registration'
  | 'other';

/** A request as it came over the wire. */
export interface RecordedRequest {
  readonly endpoint: Endpoint;
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** The body read as a form. */
  readonly form: URLSearchParams;
}

export type JsonObject = Record<string, unknown>;

/** A strict authorization server whose every reply can be recorded, spoilt or replaced; the switches are off at first. */
export interface AuthorizationServer extends EmbeddedProvider {
  readonly requests: readonly RecordedRequest[];
  requestsTo(endpoint: Endpoint): RecordedRequest[];
  /** How many requests reached the endpoint, spoilt ones included. */
  hits(endpoint: Endpoint): number;
  /** Spoils the next `times` replies of the endpoint (all by default). */
  breakEndpoint(endpoint: Endpoint, fault: Fault, times?: number): void;
  /** Changes the JSON that the endpoint answers. */
  rewriteReply(endpoint: Endpoint, rewrite: (body: JsonObject) => JsonObject): void;
  /** The same for what JSON could not be written to again, such as deep nesting. */
  rewriteReplyText(endpoint: Endpoint, rewrite: (body: string) => string): void;
  /** Changes the authorization response on its way to the redirect URI. */
  rewriteAuthorizationResponse(rewrite: (uri: URL) => void): void;
  /** Spoils the signature, moves the token into the past, or changes its claims and signs it again. */
  rewriteIdToken(rewrite: 'tampered' | 'expired' | ((claims: JsonObject) => JsonObject)): void;
  /** Turns every switch off again. */
  restore(): void;
  /** Everything secret that passed so far (codes, tokens, verifiers, client secrets), or only the kinds named. */
  issuedSecrets(...kinds: SecretKind[]): string[];
  /** What went wrong inside the provider. */
  readonly errors: readonly Error[];
}

// One key for all servers of a test file: it takes longer to make than a server to start.
const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const keyId = 'test-key';

/** Starts the embedded provider behind a reverse proxy on one origin; `accessTokenLifetime: 2` gives short-lived tokens. */
export async function startAuthorizationServer(
  options: EmbeddedProviderOptions = {},
): Promise<AuthorizationServer> {
  const requests: RecordedRequest[] = [];
  const errors: Error[] = [];
  const secrets = new IssuedSecrets(options.confidentialClients?.map((client) => client.clientSecret) ?? []);
  const faults = new Map<Endpoint, { fault: Fault; left: number }>();
  const rewrites = new Map<Endpoint, (body: JsonObject) => JsonObject>();
  const textRewrites = new Map<Endpoint, (body: string) => string>();
  let rewriteUri: ((uri: URL) => void) | undefined;
  let rewriteToken: ((idToken: string) => string) | undefined;

  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      errors.push(error instanceof Error ? error : new Error(String(error)));
      response.destroy();
    });
  });
  const origin = await listenOnLoopback(server);
  const provider = await startEmbeddedProvider({
    ...options,
    issuer: origin,
    signingKey: {
      ...privateKey.export({ format: 'jwk' }),
      kty: 'RSA',
      use: 'sig',
      alg: 'RS256',
      kid: keyId,
    },
    onError: (error) => errors.push(error),
  });

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await readBody(request);
    const recorded = record(request, body);
    requests.push(recorded);
    secrets.collectFromRequest(recorded.form);
    const spoilt = faults.get(recorded.endpoint);
    const chosen = spoilt !== undefined && spoilt.left > 0 ? spoilt.fault : undefined;
    if (spoilt !== undefined) {
      spoilt.left -= 1;
    }
    const fault = chosen?.kind === 'late' ? undefined : chosen;
    if (fault !== undefined && !('afterProcessing' in fault)) {
      applyFault(fault, response, { body: recorded.body, authorization: recorded.headers.authorization });
      return;
    }
    const reply = await forward(request, body, provider.origin);
    // Issued now: after the wait they would stand behind those that were issued in the meantime.
    secrets.collectFromReply(reply);
    if (chosen?.kind === 'late') {
      await sleep(chosen.milliseconds);
    }
    if (fault !== undefined) {
      applyFault(fault, response);
      return;
    }
    const changed = rewritten(recorded.endpoint, reply);
    secrets.collectFromReply(changed);
    send(response, changed);
  }

  function rewritten(endpoint: Endpoint, reply: Reply): Reply {
    const { location } = reply.headers;
    if (location !== undefined && rewriteUri !== undefined && new URL(location, origin).origin !== origin) {
      const uri = new URL(location);
      rewriteUri(uri);
      return { ...reply, headers: { ...reply.headers, location: uri.href } };
    }
    const rewriteText = textRewrites.get(endpoint);
    if (rewriteText !== undefined) {
      return { ...reply, body: Buffer.from(rewriteText(reply.body.toString('utf8'))) };
    }
    const rewrite = rewrites.get(endpoint);
    if (rewrite === undefined && (endpoint !== 'token' || rewriteToken === undefined)) {
      return reply;
    }
    let json: JsonObject = JSON.parse(reply.body.toString('utf8'));
    if (endpoint === 'token' && rewriteToken !== undefined && typeof json.id_token === 'string') {
      json = { ...json, id_token: rewriteToken(json.id_token) };
    }
    return { ...reply, body: Buffer.from(JSON.stringify(rewrite?.(json) ?? json)) };
  }

  return {
    ...provider,
    requests,
    errors,
    requestsTo: (endpoint) => requests.filter((request) => request.endpoint === endpoint),
    hits: (endpoint) => requests.filter((request) => request.endpoint === endpoint).length,
    breakEndpoint: (endpoint, fault, times = Number.POSITIVE_INFINITY) => {
      faults.set(endpoint, { fault, left: times });
    },
    rewriteReply: (endpoint, rewrite) => {
      rewrites.set(endpoint, rewrite);
    },
    rewriteReplyText: (endpoint, rewrite) => {
      textRewrites.set(endpoint, rewrite);
    },
    rewriteAuthorizationResponse: (rewrite) => {
      rewriteUri = rewrite;
    },
    rewriteIdToken: (rewrite) => {
      rewriteToken = idTokenRewriter(rewrite);
    },
    restore: () => {
      faults.clear();
      rewrites.clear();
      textRewrites.clear();
      rewriteUri = undefined;
      rewriteToken = undefined;
    },
    issuedSecrets: (...kinds) => secrets.list(kinds),
    close: async () => {
      await provider.close();
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
    },
  };
}

function record(request: IncomingMessage, body: Buffer): RecordedRequest {
  const uri = new URL(request.url ?? '/', 'http://127.0.0.1');
  const text = body.toString('utf8');
  return {
    endpoint: endpointOf(uri.pathname),
    method: request.method ?? '',
    path: uri.pathname,
    query: uri.searchParams,
    headers: request.headers,
    body: text,
    form: new URLSearchParams(text),
  };
}

const exactPaths: Readonly<Record<string, Endpoint>> = {
  '/jwks': 'jwks',
  '/token': 'token',
  '/token/introspection': 'introspection',
  '/token/revocation': 'revocation',
  '/me': 'userinfo',
  '/request': 'pushed_authorization',
  '/device/auth': 'device_authorization',
  '/backchannel': 'backchannel_authentication',
};
const pathsBelow: readonly (readonly [RegExp, Endpoint])[] = [
  [/^\/\.well-known\//, 'discovery'],
  [/^\/auth(\/|$)/, 'authorization'],
  [/^\/device(\/|$)/, 'device'],
  [/^\/interaction\//, 'interaction'],
  [/^\/reg(\/|$)/, 'registration'],
];

function endpointOf(path: string): Endpoint {
  return exactPaths[path] ?? pathsBelow.find(([pattern]) => pattern.test(path))?.[1] ?? 'other';
}

function idTokenRewriter(rewrite: 'tampered' | 'expired' | ((claims: JsonObject) => JsonObject)) {
  if (rewrite === 'tampered') {
    return (idToken: string) => {
      const [header = '', payload = '', signature = ''] = idToken.split('.');
      const claims = { ...decode(payload), sub: 'somebody-else' };
      return [header, encode(claims), signature].join('.');
    };
  }
  const change =
    rewrite === 'expired'
      ? (claims: JsonObject) => ({
          ...claims,
          iat: Number(claims.iat) - 7200,
          exp: Number(claims.iat) - 3600,
        })
      : rewrite;
  return (idToken: string) => {
    const [, payload = ''] = idToken.split('.');
    return sign(change(decode(payload)), privateKey);
  };
}

function sign(claims: JsonObject, key: KeyObject): string {
  return signWith({ alg: 'RS256', typ: 'JWT', kid: keyId }, claims, key);
}

function signWith(header: JsonObject, claims: JsonObject, key: KeyObject): string {
  const input = `${encode(header)}.${encode(claims)}`;
  return `${input}.${createSign('sha256').update(input).sign(key, 'base64url')}`;
}

/** Signs with the servers' own key under a header that is given, whatever that header says. */
export function signWithServerKey(header: JsonObject, claims: JsonObject): string {
  return signWith(header, claims, privateKey);
}

function encode(value: JsonObject): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

function decode(part: string): JsonObject {
  return JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
}
