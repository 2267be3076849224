import { createSign, generateKeyPairSync, randomBytes } from 'node:crypto';
import type { Provider } from '../../src/providers/provider.ts';
import { json } from './quirky-replies.ts';
import type { QuirkyServer, RecordedRequest, Responder } from './quirky-server.ts';

/** What a played provider answers, and how it may misbehave. */
export interface Play {
  /** Members of the token response; `access_token` and the like are made up when absent. */
  readonly token?: Record<string, unknown>;
  /** Claims of the ID Token beside the usual ones; leave out for a provider without ID Tokens. */
  readonly idToken?: Record<string, unknown>;
  /** The reply of the profile request or the UserInfo endpoint. */
  readonly profile: unknown;
  /** Sent as `iss` with the authorization response (RFC 9207). */
  readonly iss?: string;
  /** More parameters of the authorization response. */
  readonly callback?: Readonly<Record<string, string>>;
  /** Sent instead of the token response. */
  readonly tokenResponder?: Responder;
}

/** A played provider: what it handed out, to be searched for afterwards. */
export interface PlayedProvider {
  readonly codes: readonly string[];
  readonly tokens: readonly string[];
  /** The authorization requests, in order. */
  readonly authorizationRequests: readonly RecordedRequest[];
}

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });

/**
 * Plays the expanded preset at the server, at the places of its own addresses: the authorization endpoint
 * sends the browser straight back with a code and the state, the token endpoint answers with marked tokens.
 */
export function playProvider(server: QuirkyServer, provider: Provider, play: Play): PlayedProvider {
  const codes: string[] = [];
  const tokens: string[] = [];
  const authorizationRequests: RecordedRequest[] = [];
  const mark = (kind: string) => {
    const token = `canary-${kind}-${randomBytes(12).toString('hex')}`;
    tokens.push(token);
    return token;
  };

  server.at(provider.endpoints.authorization_endpoint, (request, response) => {
    authorizationRequests.push(request);
    const code = `canary-code-${randomBytes(12).toString('hex')}`;
    codes.push(code);
    const back = new URL(request.query.get('redirect_uri') ?? 'http://127.0.0.1/');
    back.searchParams.set('code', code);
    const state = request.query.get('state');
    if (state !== null) {
      back.searchParams.set('state', state);
    }
    if (play.iss !== undefined) {
      back.searchParams.set('iss', play.iss);
    }
    for (const [name, value] of Object.entries(play.callback ?? {})) {
      back.searchParams.set(name, value);
    }
    response.writeHead(302, { location: back.href }).end();
  });

  server.at(provider.endpoints.token_endpoint, (request, response) => {
    if (play.tokenResponder !== undefined) {
      return play.tokenResponder(request, response, server);
    }
    const body = new URLSearchParams(request.body);
    const asked = authorizationRequests[codes.indexOf(body.get('code') ?? '')];
    const clientId =
      body.get('client_id') ??
      Buffer.from((request.headers.authorization ?? '').replace(/^Basic /, ''), 'base64')
        .toString()
        .split(':', 1)
        .join('');
    const idToken =
      play.idToken === undefined
        ? {}
        : {
            id_token: signIdToken({
              iss: provider.issuer,
              aud: decodeURIComponent(clientId),
              ...(asked?.query.has('nonce') ? { nonce: asked.query.get('nonce') } : {}),
              ...play.idToken,
            }),
          };
    return json({ access_token: mark('access'), token_type: 'bearer', ...idToken, ...play.token })(
      request,
      response,
      server,
    );
  });

  playIdentity(server, provider, play.profile);
  server.at(provider.endpoints.revocation_endpoint, json({}));
  return { codes, tokens, authorizationRequests };
}

/** Plays what tells who somebody is: the keys of the ID Tokens, and the profile request or the UserInfo endpoint. */
export function playIdentity(server: QuirkyServer, { endpoints, profile }: Provider, reply: unknown): void {
  server.at(endpoints.jwks_uri, json({ keys: [publicJwk()] }));
  server.at(profile.url ?? endpoints.userinfo_endpoint, json(reply));
}

/** Gives an ID Token signed with RS256 by the key of `publicJwk`, valid for an hour unless the claims say otherwise. */
export function signIdToken(claims: Record<string, unknown>): string {
  const now = Math.floor(Date.now() / 1000);
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const signed = `${part({ alg: 'RS256', typ: 'JWT', kid: 'quirky' })}.${part({ iat: now, exp: now + 3600, ...claims })}`;
  return `${signed}.${createSign('RSA-SHA256').update(signed).sign(privateKey, 'base64url')}`;
}

/** The public key as a JSON Web Key. */
export function publicJwk(): Record<string, unknown> {
  return { ...publicKey.export({ format: 'jwk' }), kid: 'quirky', alg: 'RS256', use: 'sig' };
}
