import type { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { Secret } from '../../../src/ground/secret.ts';
import type { PeerUser } from '../../../src/loopback/peer-user.ts';
import { type AdmissionOptions, openAdmission } from '../../../src/proxy/admission.ts';

const PHANTOM = 'olp_the-phantom-token';
const AUTHORITY = '127.0.0.1:4321';
const US = 1000;

function requestWith(headers: Record<string, string | readonly string[]>, url = '/'): IncomingMessage {
  const all = { host: AUTHORITY, ...headers };
  const headersDistinct = Object.fromEntries(
    Object.entries(all).map(([name, value]) => [name.toLowerCase(), [value].flat()]),
  );
  // The part of a request that is looked at.
  return { url, headers: all, headersDistinct, socket: new Socket() } as unknown as IncomingMessage;
}

function judged(
  headers: Record<string, string | readonly string[]>,
  options: Partial<AdmissionOptions> & { readonly url?: string; readonly user?: PeerUser } = {},
) {
  const { url, user = US, ...rest } = options;
  const admission = openAdmission({
    phantom: new Secret(PHANTOM),
    platform: 'linux',
    users: [US],
    peerUser: async () => user,
    ...rest,
  });
  return admission(requestWith(headers, url), AUTHORITY);
}

const authorization = `Bearer ${PHANTOM}`;

describe('who may use a proxy', () => {
  it('is the user who started it, with the phantom token', async () => {
    expect(await judged({ authorization })).toBeUndefined();
    expect(await judged({ authorization, 'sec-fetch-mode': 'cors' })).toBeUndefined();
  });

  it.each<[PeerUser, string | undefined]>([
    [US, undefined],
    [0, undefined],
    ['unknown', undefined],
    [1001, 'other_user'],
    ['gone', 'other_user'],
  ])('T24 is not another user of the machine: %s', async (user, verdict) => {
    expect(await judged({ authorization }, { user })).toBe(verdict);
  });

  it.each(['127.0.0.1', '127.0.0.1:4322', 'localhost:4321', '0.0.0.0:4321', 'rebound.example:4321', ''])(
    'T18 is nobody who reaches it as another host: %s',
    async (host) => {
      expect(await judged({ authorization, host })).toBe('wrong_host');
    },
  );

  it('T18 is nobody with two hosts', async () => {
    expect(await judged({ authorization, host: [AUTHORITY, AUTHORITY] })).toBe('wrong_host');
  });

  it.each<Record<string, string>>([
    { origin: 'https://evil.example' },
    { origin: 'null' },
    { origin: `http://${AUTHORITY}` },
    { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'image' },
    { 'sec-fetch-site': 'none', 'sec-fetch-mode': 'navigate' },
    { 'sec-fetch-dest': 'document' },
  ])('T18 is no page in a browser: %o', async (headers) => {
    expect(await judged({ authorization, ...headers })).toBe('browser_page');
  });

  it.each([
    {},
    { authorization: '' },
    { authorization: 'Bearer' },
    { authorization: 'Bearer wrong' },
    { authorization: `Bearer ${PHANTOM}x` },
    { authorization: `Bearer ${PHANTOM.slice(0, -1)}` },
    { 'x-token': PHANTOM },
    { cookie: PHANTOM },
  ])('is nobody without the phantom token: %o', async (headers) => {
    expect(await judged(headers)).toBe('token_required');
  });

  it('shows it where the API takes its token', async () => {
    expect(await judged({ 'x-token': PHANTOM }, { presentation: { header: 'X-Token' } })).toBeUndefined();
    const url = `/a?b=c&access_token=${PHANTOM}`;
    expect(await judged({}, { presentation: { query: 'access_token' }, url })).toBeUndefined();
    expect(await judged({}, { presentation: { query: 'key' }, url })).toBe('token_required');
  });
});
