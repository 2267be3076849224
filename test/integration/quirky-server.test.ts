import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { endless, hangUp, json, late, stalling } from '../support/quirky-replies.ts';
import { openQuirkyServer, type QuirkyServer } from '../support/quirky-server.ts';

let server: QuirkyServer;

beforeEach(async () => {
  server = await openQuirkyServer();
});
afterEach(() => server.close());

describe('the quirky server', () => {
  it('records requests as they came', async () => {
    server.on('POST /as.test/token', json({ ok: true }));
    await server.fetch('https://as.test/token?a=1', {
      method: 'POST',
      body: 'b=2',
      headers: { 'X-Test': '3' },
    });
    const [request] = server.requestsTo('POST /as.test/token');
    expect(request).toMatchObject({ target: '/as.test/token?a=1', body: 'b=2', headers: { 'x-test': '3' } });
  });

  it('answers in turn, the last answer for good', async () => {
    server.on('/turn', json(1), late(5, json(2)));
    const ask = async () => (await server.fetch(`${server.origin}/turn`)).json();
    expect([await ask(), await ask(), await ask()]).toEqual([1, 2, 2]);
  });

  it('stalls until it is left', async () => {
    server.on('/stall', stalling());
    const leave = new AbortController();
    const response = await server.fetch(`${server.origin}/stall`, { signal: leave.signal });
    const reader = response.body?.getReader();
    expect(Buffer.from((await reader?.read())?.value ?? []).toString()).toBe('{"access_token":"');
    const next = reader?.read();
    leave.abort();
    await expect(next).rejects.toThrow();
  });

  it('sends without end to whoever reads on', async () => {
    server.on('/endless', endless());
    const response = await server.fetch(`${server.origin}/endless`);
    let bytes = 0;
    for await (const chunk of response.body ?? []) {
      bytes += chunk.length;
      if (bytes > 2_000_000) {
        break;
      }
    }
    expect(bytes).toBeGreaterThan(2_000_000);
  });

  it('hangs up', async () => {
    server.on('/gone', hangUp());
    await expect(server.fetch(`${server.origin}/gone`)).rejects.toThrow();
  });
});
