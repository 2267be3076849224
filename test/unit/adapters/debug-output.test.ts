import { afterAll, describe, expect, it } from 'vitest';
import { bundleScript, endOf, startScript } from '../../support/bundled-script.ts';
import { serveHttp } from '../../support/tls.ts';

/** Sends one request that is answered and one that is not, both with a secret in the query. */
const script = bundleScript(`
  import { openHttp } from './src/adapters/http.ts';
  import { systemClock } from './src/host/clock.ts';
  const http = await openHttp({ allowHttpLoopback: true }, { env: process.env, clock: systemClock });
  await http.fetch(process.env.ORIGIN + '/me?proof=CANARY&token=CANARY').catch(() => {});
  await http.fetch('http://127.0.0.1:9/me?proof=CANARY', { method: 'POST' }).catch(() => {});
  await http.close();
`);
afterAll(() => script.remove());

describe('T12 NODE_DEBUG', () => {
  it.each(['undici', 'fetch', 'http,https,http2,net,tls,undici,fetch,stream,timer,dns', '*'])(
    'shows no query of a request: %s',
    async (sections) => {
      const server = await serveHttp((_request, response) => void response.end('{}'));
      const env = { PATH: process.env.PATH, ORIGIN: server.origin, NODE_DEBUG: sections };
      const ended = await endOf(startScript(script, env));
      const reached = server.connections();
      await server.close();
      expect([ended.code, reached]).toEqual([0, 1]);
      expect(ended.stderr.includes('CANARY')).toBe(false);
      if (!/^(undici|fetch)$/.test(sections)) {
        expect(/^NET /m.test(ended.stderr)).toBe(true);
      }
    },
  );
});
