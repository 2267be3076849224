import { createHash } from 'node:crypto';
import { expect } from 'vitest';
import type { QuirkyServer, RecordedRequest } from './quirky-server.ts';

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
  if (request === undefined) return expect.unreachable(`nothing was sent to ${route}`);
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
    client_id: 'client.id',
    state: expect.stringMatching(/^[\w-]{43}$/),
    code_challenge: expect.stringMatching(/^[\w-]{43}$/),
    code_challenge_method: 'S256',
    ...own,
  };
}

/** The value of an `Authorization` header for that client. */
export function basic(clientId: string, clientSecret: string): string {
  return `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}`;
}
