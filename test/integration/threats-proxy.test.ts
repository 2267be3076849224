import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { promisify } from 'node:util';
import { WebSocket } from 'undici';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type AuthorizationServer, startAuthorizationServer } from '../support/authorization-server.ts';
import { type CalledApi, openCalledApi } from '../support/called-api.ts';
import { expectNoSecrets } from '../support/canary.ts';
import type { CommandLine } from '../support/command-line.ts';
import { writeConfiguration } from '../support/configuration-file.ts';
import { type Given, type RunningProxy, runProxied, startProxied } from '../support/proxied-command.ts';
import { openQuirkyServer, type QuirkyServer } from '../support/quirky-server.ts';
import { headerOf, openSocket, readUntilClose, sendRaw } from '../support/raw-client.ts';

const execute = promisify(execFile);
/** Nobody listens there. */
const NOBODY = 'http://127.0.0.1:1';

let server: AuthorizationServer;
let api: QuirkyServer;
let line: CommandLine;
let last: CalledApi['last'];
let close: CalledApi['close'];
let proxy: RunningProxy;
let other: QuirkyServer;
let before: number;

beforeAll(async () => {
  server = await startAuthorizationServer();
  ({ api, line, last, close } = await openCalledApi(server));
  other = await openQuirkyServer();
  writeConfiguration(line, {
    providers: { work: { issuer: server.issuer, api_origins: [api.origin, other.origin, NOBODY] } },
  });
  proxy = await startProxied(line);
});
afterAll(async () => {
  const { stderr } = await proxy.end();
  expectNoSecrets(stderr, server.issuedSecrets());
  await other.close();
  await close();
  await server.close();
});
beforeEach(() => {
  api.on('/thing', (_, response) => void response.setHeader('content-type', 'text/plain').end('the thing\n'));
  before = api.requests.length;
});

const storedToken = async () => (await line.run('token', 'work')).stdout.trim();
const proxied = (play: (given: Given) => Promise<unknown>, ...flags: string[]) =>
  runProxied(line, flags, play);
/** As a command of the proxy that runs for the whole file. */
const played = (play: (given: Given) => Promise<unknown>) => play(proxy);

/** The code of a reply of the proxy itself. */
async function codeOf(reply: Response): Promise<unknown> {
  return JSON.parse(await reply.text()).error.code;
}

/** The bytes of a request with the right Host and the phantom token, and these further lines. */
function bytesOf({ port, phantom }: Given, start: string, lines: readonly string[] = [], body = ''): string {
  const head = [start, `Host: 127.0.0.1:${port}`, `Authorization: Bearer ${phantom}`, ...lines];
  return `${head.join('\r\n')}\r\n\r\n${body}`;
}

describe('T18 what reaches the address of a proxy', () => {
  it.each<[string, (given: Given) => string, number | undefined, string]>([
    [
      'another Host',
      ({ phantom }) =>
        `GET /thing HTTP/1.1\r\nHost: evil.example\r\nAuthorization: Bearer ${phantom}\r\n\r\n`,
      421,
      'proxy_wrong_host',
    ],
    [
      'no Host, as in HTTP/1.0',
      ({ phantom }) => `GET /thing HTTP/1.0\r\nAuthorization: Bearer ${phantom}\r\n\r\n`,
      421,
      'proxy_wrong_host',
    ],
    [
      'two Hosts',
      (given) => bytesOf(given, 'GET /thing HTTP/1.1', ['Host: evil.example']),
      421,
      'proxy_wrong_host',
    ],
    [
      'a page',
      (given) => bytesOf(given, 'GET /thing HTTP/1.1', ['Origin: http://evil.example']),
      403,
      'proxy_browser_page',
    ],
    [
      'the question of a page whether it may ask',
      ({ port }) =>
        `OPTIONS /thing HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nOrigin: http://evil.example\r\nAccess-Control-Request-Method: GET\r\nAccess-Control-Request-Headers: authorization\r\n\r\n`,
      403,
      'proxy_browser_page',
    ],
    [
      'nobody with the token',
      ({ port }) => `GET /thing HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n\r\n`,
      401,
      'proxy_token_required',
    ],
    [
      'the address of another server',
      (given) => bytesOf(given, 'GET http://evil.example/thing HTTP/1.1'),
      400,
      'proxy_foreign_target',
    ],
    ['CONNECT', (given) => bytesOf(given, 'CONNECT evil.example:443 HTTP/1.1'), 501, 'proxy_no_upgrade'],
    [
      'a WebSocket',
      (given) => bytesOf(given, 'GET /thing HTTP/1.1', ['Connection: Upgrade', 'Upgrade: websocket']),
      501,
      'proxy_no_upgrade',
    ],
    ['TRACE', (given) => bytesOf(given, 'TRACE /thing HTTP/1.1'), 405, 'proxy_method_not_supported'],
    [
      'a body that nobody reads',
      (given) => bytesOf(given, 'GET /thing HTTP/1.1', ['Content-Length: 4'], 'body'),
      400,
      'proxy_body_not_allowed',
    ],
    [
      'two lengths',
      (given) => bytesOf(given, 'POST /thing HTTP/1.1', ['Content-Length: 5', 'Content-Length: 6'], 'hello!'),
      400,
      'proxy_malformed_request',
    ],
    [
      'a length and chunks',
      (given) =>
        bytesOf(
          given,
          'POST /thing HTTP/1.1',
          ['Content-Length: 5', 'Transfer-Encoding: chunked'],
          '0\r\n\r\nGET /thing HTTP/1.1\r\n\r\n',
        ),
      400,
      'proxy_malformed_request',
    ],
    [
      'a coding after chunks',
      (given) =>
        bytesOf(given, 'POST /thing HTTP/1.1', ['Transfer-Encoding: chunked, identity'], '0\r\n\r\n'),
      400,
      'proxy_malformed_request',
    ],
    [
      'a header in two lines',
      (given) => bytesOf(given, 'GET /thing HTTP/1.1', ['X-A: b', ' c: d']),
      400,
      'proxy_malformed_request',
    ],
    [
      'a line feed alone in a header',
      (given) => bytesOf(given, 'GET /thing HTTP/1.1', ['X-A: b\nX-Injected: yes']),
      400,
      'proxy_malformed_request',
    ],
    [
      'a NUL in a header',
      (given) => bytesOf(given, 'GET /thing HTTP/1.1', ['X-A: b\0c']),
      400,
      'proxy_malformed_request',
    ],
    [
      'a space before the colon',
      (given) => bytesOf(given, 'POST /thing HTTP/1.1', ['Content-Length : 5'], 'hello'),
      400,
      'proxy_malformed_request',
    ],
    [
      'huge headers',
      (given) => bytesOf(given, 'GET /thing HTTP/1.1', [`X-Long: ${'x'.repeat(20_000)}`]),
      431,
      'proxy_head_too_large',
    ],
    ['what is no request', () => 'nothing of HTTP\r\n\r\n', 400, 'proxy_malformed_request'],
  ])('is not sent on: %s', async (_what, request, status, code) => {
    const reply = await sendRaw(proxy.port, request(proxy));
    expect(reply?.status).toBe(status);
    expect(JSON.parse(reply?.body ?? '').error.code).toBe(code);
    expect(headerOf(reply, 'connection')).toBe('close');
    expect(reply?.headers.some(([name]) => /^access-control/i.test(name))).toBe(false);
    expect(api.requests).toHaveLength(before);
  });

  it('is not sent on when its line ends in a line feed alone and hides a second request', async () => {
    await played(async (given) => {
      const text = bytesOf(given, 'GET /thing HTTP/1.1', ['X: y']).replaceAll('\r\n', '\n');
      const reply = await sendRaw(given.port, text);
      expect(reply?.status).toBe(400);
    });
    expect(api.requests).toHaveLength(before);
  });

  it('is refused at once to a WebSocket client, which does not wait', async () => {
    const socket = new WebSocket(`ws://127.0.0.1:${proxy.port}/thing`, {
      headers: { authorization: `Bearer ${proxy.phantom}` },
    });
    const [ended] = await Promise.all([once(socket, 'close'), once(socket, 'error')]);
    expect(ended[0].wasClean).toBe(false);
    expect(api.requests.length).toBe(before);
  });

  it('ends with its reply: a second request behind a refused one is not read', async () => {
    await played(async (given) => {
      const refused = bytesOf(given, 'GET /a/../b HTTP/1.1');
      const reply = await sendRaw(given.port, refused + bytesOf(given, 'GET /thing HTTP/1.1'));
      expect(reply?.status).toBe(400);
      expect(reply?.text.match(/HTTP\/1\.1/g)).toHaveLength(1);
    });
  });

  it('asks for the body only when it is sent on', async () => {
    api.on('/thing', ({ body }, response) => void response.end(body));
    await proxied(
      async (given) => {
        const lines = ['Expect: 100-continue', 'Content-Length: 5'];
        const refused = await sendRaw(given.port, bytesOf(given, 'POST /other HTTP/1.1', lines));
        expect(refused?.status).toBe(403);
        const socket = await openSocket(given.port);
        const reply = readUntilClose(socket);
        socket.once('data', (go: Buffer) => {
          expect(go.toString()).toMatch(/^HTTP\/1\.1 100 /);
          socket.write('hello');
        });
        socket.write(bytesOf(given, 'POST /thing HTTP/1.1', [...lines, 'Connection: close']));
        expect((await reply)?.text).toMatch(/HTTP\/1\.1 200 OK[\s\S]*hello/);
      },
      '--allow',
      'POST /thing',
    );
  });
});

/** Asks with the right token, and prints the status and the code. */
const ASK = `
  fetch(process.argv[1] + '/thing', { headers: { authorization: 'Bearer ' + process.argv[2] } })
    .then(async (reply) => console.log(reply.status, await reply.text()));
`;

describe.runIf(process.geteuid?.() === 0)('T18 another user of this machine', () => {
  const askAs = async (uid: number) => {
    const args = ['-e', ASK, proxy.address, proxy.phantom];
    const { stdout } = await execute(process.execPath, args, { uid, gid: uid, cwd: '/', env: {} });
    return stdout;
  };

  it('is refused with the right token, before anything is asked of the API', async () => {
    expect(await askAs(0)).toBe('200 the thing\n\n');
    const reached = api.requests.length;
    const refused = await askAs(65_534);
    expect(refused).toMatch(/^403 /);
    expect(JSON.parse(refused.slice(4)).error.code).toBe('proxy_other_user');
    expect(api.requests.length).toBe(reached);
  });
});

describe('T02 what a proxy sends on', () => {
  it('goes to the origins of the account only, and those of --origin among them', async () => {
    other.on('/thing', (_, response) => void response.end('the other thing'));
    await played(async ({ env, phantom }) => {
      const addresses = JSON.parse(env.OAUTH_LOGIN_PROXY ?? '');
      const headers = { authorization: `Bearer ${phantom}` };
      expect(await (await fetch(`${addresses[api.origin]}/thing`, { headers })).text()).toBe('the thing\n');
      expect(await (await fetch(`${addresses[other.origin]}/thing`, { headers })).text()).toBe(
        'the other thing',
      );
    });
    await proxied(
      async ({ env, address }) => {
        expect(JSON.parse(env.OAUTH_LOGIN_PROXY ?? '')).toEqual({ [other.origin]: address });
      },
      '--origin',
      other.origin,
    );
    const refused = await line.run('proxy', 'work', '--origin', 'https://evil.example', '--', 'program');
    expect(refused.exitCode).toBe(2);
    expect(refused.stderr).toContain('the token of');
    expect(refused.stderr).toContain('is not sent to https://evil.example');
  });

  it('holds nothing of the connection, of the client or of another credential', async () => {
    await played(async (given) => {
      const lines = [
        'Cookie: a=b',
        'Proxy-Authorization: Basic eDp5',
        'Connection: close, X-Hop',
        'X-Hop: 1',
        'TE: trailers',
        'Keep-Alive: timeout=5',
        'X-Own: kept',
        'X-Many: 1',
        'X-Many: 2',
      ];
      expect((await sendRaw(given.port, bytesOf(given, 'GET /thing HTTP/1.1', lines)))?.status).toBe(200);
      expect(last().headers).toMatchObject({ 'x-own': 'kept', 'x-many': '1, 2' });
      for (const name of ['cookie', 'proxy-authorization', 'x-hop', 'te', 'keep-alive', 'sec-fetch-mode']) {
        expect(last().headers).not.toHaveProperty(name);
      }
      expect(last().rawHeaders.join()).not.toContain(given.phantom);
    });
  });

  it('is only what the rules allow, and the log says what was refused', async () => {
    api.on('/repos/a', (_, response) => void response.end('a'));
    const { stderr } = await proxied(
      async ({ ask }) => {
        expect((await ask('/repos/a')).status).toBe(200);
        for (const [path, init] of [
          ['/repos/a', { method: 'DELETE' }],
          ['/user?secret=1', {}],
          ['/repos/a%2F..%2F..%2Fuser', {}],
        ] as const) {
          const reply = await ask(path, init);
          expect([reply.status, await codeOf(reply)]).toEqual([403, 'proxy_not_allowed']);
        }
      },
      '--allow',
      'GET /repos/**',
      '--allow',
      'GET /nothing',
    );
    expect(api.requests).toHaveLength(before + 1);
    expect(stderr.match(/^oauth-login: .*$/gm)?.map((text) => text.replace(/\d+ ms/, 'N ms'))).toEqual([
      `oauth-login: GET ${api.origin}/repos/a 200 N ms`,
      'oauth-login: DELETE /repos/a 403 not_allowed N ms',
      'oauth-login: GET /user 403 not_allowed N ms',
      'oauth-login: GET /repos/a%2F..%2F..%2Fuser 403 not_allowed N ms',
    ]);
  });
});

describe('T12 the token', () => {
  it('is in no answer: not where the API repeats the request in headers, in a body or part by part', async () => {
    const token = await storedToken();
    api.on('/echo', ({ headers }, response) => {
      response.setHeader('x-echo', headers.authorization ?? '');
      response.setHeader('www-authenticate', `Bearer realm="${token}"`);
      response.setHeader('location', `${api.origin}/next?access_token=${token}`);
      response.write(`{"authorization":"${headers.authorization?.slice(0, 20)}`);
      setTimeout(() => response.end(`${headers.authorization?.slice(20)}"}`), 30);
    });
    await played(async ({ ask }) => {
      const reply = await ask('/echo');
      const said = [...reply.headers].flat().join('\n') + (await reply.text());
      expect(said).toContain('"authorization":"Bearer ***');
      expectNoSecrets(said, server.issuedSecrets());
    });
  });

  it('is not repeated by an API that compresses its reply against the request', async () => {
    api.on('/zip', (_, response) => void response.setHeader('content-encoding', 'gzip').end('x'));
    await played(async ({ ask }) => {
      const reply = await ask('/zip', { headers: { 'accept-encoding': 'gzip' } });
      expect([reply.status, await codeOf(reply)]).toEqual([502, 'protocol_invalid_response']);
    });
  });

  it('is not in the environment of the command, nor is anything else that this tool was given', async () => {
    const token = await storedToken();
    const env = { ...line.context.env, MY_COPY: `x ${token}`, OF_THE_USER: 'kept', HTTP_PROXY: 'http://x' };
    await runProxied(
      line,
      [],
      async (given) => {
        const text = JSON.stringify(given.env);
        expectNoSecrets(text, server.issuedSecrets());
        expect(given.env).toMatchObject({
          OF_THE_USER: 'kept',
          NO_PROXY: '127.0.0.1',
          no_proxy: '127.0.0.1',
        });
        expect(given.env).not.toHaveProperty('MY_COPY');
        expect(Object.keys(given.env).filter((name) => /^OAUTH_LOGIN_/.test(name))).toEqual([
          'OAUTH_LOGIN_PROXY',
        ]);
      },
      { env },
    );
  });
});

describe('what comes back', () => {
  it('leads through the proxy where it leads to the API, and nowhere by itself', async () => {
    api.on(
      '/moved',
      (_, response) => void response.writeHead(302, { location: `${api.origin}/thing?a=1` }).end(),
    );
    api.on(
      '/away',
      (_, response) => void response.writeHead(302, { location: 'https://example.com/thing' }).end(),
    );
    api.on(
      '/pages',
      (_, response) =>
        void response
          .setHeader('link', `<${api.origin}/pages?page=2>; rel="next", <https://example.com/>; rel="about"`)
          .end(`${api.origin}/in-the-body`),
    );
    await played(async ({ ask, address }) => {
      const moved = await ask('/moved');
      expect([moved.status, moved.headers.get('location')]).toEqual([302, `${address}/thing?a=1`]);
      const away = await ask('/away');
      expect([away.status, away.headers.get('location')]).toEqual([302, 'https://example.com/thing']);
      const pages = await ask('/pages');
      expect(pages.headers.get('link')).toBe(
        `<${address}/pages?page=2>; rel="next", <https://example.com/>; rel="about"`,
      );
      expect(await pages.text()).toBe(`${api.origin}/in-the-body`);
    });
  });

  it('holds nothing of the connection to the API, and nothing that is meant for a browser', async () => {
    api.on('/thing', (_, response) => {
      response.writeHead(200, {
        'set-cookie': ['session=secret', 'b=c'],
        'alt-svc': 'h3=":443"',
        connection: 'X-Hop',
        'x-hop': '1',
        'strict-transport-security': 'max-age=1',
        'access-control-allow-origin': '*',
        'x-own': 'kept',
      });
      response.end();
    });
    await played(async ({ ask }) => {
      const { headers } = await ask('/thing');
      expect(headers.get('x-own')).toBe('kept');
      for (const name of [
        'set-cookie',
        'alt-svc',
        'x-hop',
        'strict-transport-security',
        'access-control-allow-origin',
      ]) {
        expect(headers.get(name)).toBeNull();
      }
    });
  });

  it('is an error with a code where the API cannot be reached', async () => {
    const addresses = JSON.parse(proxy.env.OAUTH_LOGIN_PROXY ?? '');
    const headers = { authorization: `Bearer ${proxy.phantom}` };
    const reply = await fetch(`${addresses[NOBODY]}/thing`, { headers });
    expect([reply.status, await codeOf(reply)]).toEqual([502, 'network_unreachable']);
  });
});
