import { createHash } from 'node:crypto';
import { expect } from 'vitest';
import type { QuirkyServer, RecordedRequest } from './quirky-server.ts';

/** The client that the presets are tried with. */
export const clientId = 'client.id';

/** Matches what is made anew for each sign-in: 32 random bytes or their hash. */
export const fresh: unknown = expect.stringMatching(/^[\w-]{43}$/);

/** Matches the redirect URI on any port of that host. */
export function anyPortOf(host: '127.0.0.1' | 'localhost'): unknown {
  return expect.stringMatching(new RegExp(`^http://${host.replaceAll('.', '\\.')}:\\d+/callback$`));
}

/** Every request so far, in order, as `METHOD /path`. */
export function routesOf(server: QuirkyServer): string[] {
  return server.requests.map(({ method, path }) => `${method} ${path}`);
}

/** The parameters of a query or a form; each name may be there once. */
export function parametersOf(parameters: URLSearchParams): Record<string, string> {
  const names = [...parameters.keys()];
  expect(names).toEqual([...new Set(names)]);
  return Object.fromEntries(parameters);
}

/** The members of a form-encoded request. */
export function formOf(request: RecordedRequest): Record<string, string> {
  expect(request.headers['content-type']).toMatch(/^application\/x-www-form-urlencoded/);
  return parametersOf(new URLSearchParams(request.body));
}

/** The last request of that route; there has to be one. */
export function lastTo(server: QuirkyServer, route: string): RecordedRequest {
  const request = server.requestsTo(route).at(-1);
  if (request === undefined) {
    return expect.unreachable(`nothing was sent to ${route}`);
  }
  return request;
}

/** What makes the token request belong to the authorization request: the verifier (RFC 7636 §4.6) and the redirect URI. */
export function expectToBelongTogether(authorization: RecordedRequest, token: RecordedRequest): void {
  const asked = parametersOf(authorization.query);
  const sent = formOf(token);
  expect(sent.code_verifier).toMatch(/^[\w.~-]{43,128}$/);
  expect(
    createHash('sha256')
      .update(sent.code_verifier ?? '')
      .digest('base64url'),
  ).toBe(asked.code_challenge);
  expect(sent.redirect_uri).toBe(asked.redirect_uri);
}

/** The parameters that every preset sends; all but the given ones are made anew each time. */
export function expectedAuthorization(own: Record<string, unknown>): Record<string, unknown> {
  return {
    response_type: 'code',
    client_id: clientId,
    state: fresh,
    code_challenge: fresh,
    code_challenge_method: 'S256',
    ...own,
  };
}

/** The members of the token request for a code, which `expectToBelongTogether` looks at more closely. */
export function expectedExchange(
  code: string | undefined,
  own: Record<string, unknown> = {},
): Record<string, unknown> {
  return {
    grant_type: 'authorization_code',
    code: code ?? expect.unreachable('no code was given out'),
    redirect_uri: expect.any(String),
    code_verifier: expect.any(String),
    client_id: clientId,
    ...own,
  };
}

/** The members of the token request for a refresh token. */
export function expectedRefresh(
  refreshToken: string,
  own: Record<string, unknown> = {},
): Record<string, unknown> {
  return { grant_type: 'refresh_token', refresh_token: refreshToken, client_id: clientId, ...own };
}

/** The value of an `Authorization` header for that client. */
export function basic(clientId: string, clientSecret: string): string {
  return `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}`;
}
