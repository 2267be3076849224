import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { expectNoSecrets } from '../support/canary.ts';
import { closeAfterTest } from '../support/close-after-test.ts';
import { type CommandLine, errorOf, openCommandLine } from '../support/command-line.ts';
import { html, type IndieAuthSite, linking, startIndieAuthSite } from '../support/indieauth-site.ts';
import { json, redirect } from '../support/quirky-replies.ts';
import { openQuirkyServer } from '../support/quirky-server.ts';

const local = ['--allow-http-loopback', '--timeout', '20', '--yes'];
const CLIENT = /^http:\/\/127\.0\.0\.1:\d+\/$/;

let line: CommandLine;
beforeEach(() => {
  line = closeAfterTest(openCommandLine({ user: 'ada' }));
});

async function siteThat(...names: Parameters<typeof startIndieAuthSite>): Promise<IndieAuthSite> {
  return closeAfterTest(await startIndieAuthSite(...names));
}

/** Nothing of a person or a client is on the disk. */
function expectNothingStored(): void {
  const accounts = join(line.directory, 'data/accounts');
  expect(existsSync(accounts) ? readdirSync(accounts) : []).toEqual([]);
  expect(existsSync(join(line.directory, 'config/config.json'))).toBe(false);
}

describe('a profile URL of IndieAuth', () => {
  it.each(['metadata-by-header', 'metadata-by-html', 'endpoints'] as const)(
    'is signed in to with nothing else, where its page names its server (%s)',
    async (names) => {
      const site = await siteThat(names);
      const signedIn = await line.run(site.me, ...local);
      expect(signedIn).toMatchObject({ exitCode: 0 });
      expect(signedIn.stdout).toContain(`as ${site.me} (Ada Lovelace)`);
      const [asked] = site.server.requestsTo('/authorize');
      expect(asked?.query.get('me')).toBe(site.me);
      expect(asked?.query.get('scope')).toBe('profile email');
      expect(asked?.query.get('client_id')).toMatch(CLIENT);
      expect(asked?.query.get('redirect_uri')).toBe(`${asked?.query.get('client_id')}callback`);
      expect(asked?.query.has('resource')).toBe(false);
      const token = await line.run('token', site.me);
      expect([token.exitCode, token.stdout]).toEqual([0, 'canary-indieauth-token\n']);
      expect(JSON.parse((await line.run('whoami', site.me, '--json')).stdout)).toMatchObject({
        sub: site.me,
        name: 'Ada Lovelace',
        picture: 'https://example.com/a.png',
      });
      expect((await line.run('request', site.me, site.me)).exitCode).toBe(0);
      expect(site.page.requestsTo('/').at(-1)?.headers.authorization).toBe('Bearer canary-indieauth-token');
      const elsewhere = await line.run('request', site.me, `${site.server.origin}/api`);
      expect(elsewhere.exitCode).toBe(2);
      expectNoSecrets(line, ['code-0-of-ada']);
      expect((await line.run('logout', site.me)).exitCode).toBe(0);
      expect((await line.run('token', site.me)).exitCode).toBe(4);
    },
  );

  it('is asked for with the client that is given, or with the document about this tool', async () => {
    const site = await siteThat();
    const [client, document] = ['https://ada.example/tool/', 'https://ada.example/client.json'];
    await line.run(site.me, ...local, '--client-id', client, '--port', '28999');
    await line.run(site.me, ...local, '--client-metadata-url', document, '--port', '28999');
    const asked = site.server.requestsTo('/authorize').map(({ query }) => query.get('client_id'));
    expect(asked).toEqual([client, document]);
    const wrong = await line.run(site.me, ...local, '--client-id', 'abc');
    expect([wrong.exitCode, wrong.stderr]).toEqual([3, expect.stringContaining('the address of a page')]);
  });

  it('may redirect, and the address in the end may be the one that signs in', async () => {
    const site = await siteThat();
    const before = closeAfterTest(await openQuirkyServer());
    before.on('/', redirect(site.me, 301));
    const signedIn = await line.run(before.origin, ...local);
    expect(signedIn.stdout).toContain(`as ${site.me}`);
  });

  it('may be another one than was typed, where its page names the same server', async () => {
    const site = await siteThat();
    const other = `${site.page.origin}/ada`;
    site.page.on('/ada', linking('metadata-by-header', site.server.origin));
    site.tokens({ me: other });
    const signedIn = await line.run(site.me, ...local);
    expect([signedIn.exitCode, signedIn.stdout]).toEqual([0, expect.stringContaining(`as ${other}`)]);
  });

  it('T05 shows the server, and opens no browser before the person agrees', async () => {
    const site = await siteThat();
    const alone = await line.run(site.me, '--allow-http-loopback', '--json');
    expect([alone.exitCode, errorOf(alone)]).toMatchObject([4, { code: 'person_required' }]);
    expect(alone.stderr).toContain(site.server.origin);
    expect(site.server.requestsTo('/authorize')).toEqual([]);
    expectNothingStored();
  });

  it('is looked for on no page that names none', async () => {
    const site = await siteThat('nothing');
    const nobody = await line.run(site.me, ...local);
    expect([nobody.exitCode, nobody.stderr]).toEqual([3, expect.stringContaining('publishes no metadata')]);
    expectNothingStored();
  });
});

describe('an answer of IndieAuth that must not be trusted', () => {
  it.each([
    ['that names nobody', {}],
    ['whose person is no address', { me: 'ada' }],
    ['whose address is plain http', { me: 'http://ada.example/' }],
    ['whose address has a user name', { me: 'https://ada:x@ada.example/' }],
  ])('is one %s', async (_, reply) => {
    const site = await siteThat();
    site.tokens(reply);
    const ended = await line.run(site.me, ...local);
    expect(ended.exitCode).toBe(6);
    expectNothingStored();
  });

  it.each(['metadata-by-html', 'endpoints', 'nothing'] as const)(
    'T79 is one about another host, whose page names another server (%s)',
    async (names) => {
      const site = await siteThat();
      const victim = await siteThat(names);
      site.tokens({ me: victim.me });
      const ended = await line.run(site.me, ...local, '--json');
      expect([ended.exitCode, errorOf(ended)]).toMatchObject([6, { code: 'protocol_subject_mismatch' }]);
      expect(victim.server.requests.every(({ path }) => path === '/metadata')).toBe(true);
      expectNothingStored();
    },
  );

  it('is one about somebody whose authorization endpoint it borrows, with a token endpoint of its own', async () => {
    const victim = await siteThat('endpoints');
    const site = await siteThat('endpoints');
    site.page.on(
      '/',
      html(
        `<link rel=authorization_endpoint href="${victim.server.origin}/authorize"><link rel=token_endpoint href="${site.server.origin}/token">`,
      ),
    );
    const ended = await line.run(site.me, ...local);
    expect(ended.exitCode).toBe(6);
    expect(victim.server.requestsTo('/authorize')).toEqual([]);
    expectNothingStored();
  });

  it('is one about an address that names the same authorization endpoint with another token endpoint', async () => {
    const site = await siteThat('endpoints');
    const { origin } = site.server;
    site.page.on(
      '/ada',
      html(
        `<link rel=authorization_endpoint href="${origin}/authorize"><link rel=token_endpoint href="${origin}/~eve/token">`,
      ),
    );
    site.tokens({ me: `${site.page.origin}/ada` });
    const ended = await line.run(site.me, ...local, '--json');
    expect([ended.exitCode, errorOf(ended)]).toMatchObject([6, { code: 'protocol_subject_mismatch' }]);
    expectNothingStored();
  });

  it('is one of another issuer than the metadata name', async () => {
    const site = await siteThat();
    site.server.on('/authorize', ({ query }, response) => {
      const back = `${query.get('redirect_uri')}?code=a&state=${query.get('state')}&iss=https://other.example`;
      response.writeHead(302, { location: back }).end();
    });
    const ended = await line.run(site.me, ...local);
    expect(ended.exitCode).toBe(6);
    expect(site.server.requestsTo('/token')).toEqual([]);
    expectNothingStored();
  });
});

describe('a page that is hostile', () => {
  it.each([
    ['metadata of a private network', 'https://10.0.0.1/metadata'],
    ['metadata of the machine it is on', 'https://169.254.169.254/metadata'],
    ['metadata over plain http', 'http://ada.example/metadata'],
    ['metadata at a service of the system', 'https://localhost:22/metadata'],
  ])('names %s, and nothing is asked there', async (_, address) => {
    const site = await siteThat();
    site.page.on('/', html(`<link rel=indieauth-metadata href="${address}">`));
    expect((await line.run(site.me, ...local)).exitCode).toBe(6);
    expectNothingStored();
  });

  it.each(['https://10.0.0.1/', 'https://[fd00::1]/', 'http://ada.example/', 'ftp://ada.example/'])(
    'redirects to %s, and nothing is asked there',
    async (address) => {
      const page = closeAfterTest(await openQuirkyServer());
      page.on('/', redirect(address));
      expect((await line.run(page.origin, ...local)).exitCode).toBe(6);
      expectNothingStored();
    },
  );

  it('redirects for ever, and is left', async () => {
    const page = closeAfterTest(await openQuirkyServer());
    page.on('/', redirect('/'));
    expect((await line.run(page.origin, ...local)).exitCode).toBe(3);
    expect(page.requestsTo('/').length).toBeLessThan(12);
  });

  it('has metadata of an issuer that is not theirs', async () => {
    const site = await siteThat();
    const endpoints = {
      authorization_endpoint: `${site.server.origin}/authorize`,
      token_endpoint: `${site.server.origin}/token`,
      code_challenge_methods_supported: ['S256'],
    };
    for (const issuer of ['https://victim.example/', `${site.server.origin}/other`, 7, undefined]) {
      site.server.on('/metadata', json({ issuer, ...endpoints }));
      expect((await line.run(site.me, ...local)).exitCode).toBe(6);
    }
    expect(site.server.requestsTo('/authorize')).toEqual([]);
    expectNothingStored();
  });

  it('has a server without S256', async () => {
    const site = await siteThat();
    const issuer = `${site.server.origin}/`;
    const endpoints = { authorization_endpoint: `${issuer}authorize`, token_endpoint: `${issuer}token` };
    site.server.on('/metadata', json({ issuer, ...endpoints }));
    expect((await line.run(site.me, ...local)).exitCode).toBe(6);
  });

  it('is 50 MB long, and no more than its beginning is read', async () => {
    const page = closeAfterTest(await openQuirkyServer());
    let sent = 0;
    page.on('/', (_request, response) => {
      response.writeHead(200, { 'content-type': 'text/html' });
      const part = '<a rel=me href="https://ada.example/">'.repeat(1700);
      const write = () => {
        while (sent < 50 * 1024 * 1024 && !response.destroyed) {
          sent += part.length;
          if (!response.write(part)) {
            response.once('drain', write);
            return;
          }
        }
        response.end();
      };
      write();
    });
    const ended = await line.run(page.origin, ...local);
    expect(ended.exitCode).toBe(3);
    expect(sent).toBeLessThan(25 * 1024 * 1024);
    expectNothingStored();
  });
});
