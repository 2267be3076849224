import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Context } from '../../src/ground/context.ts';
import type { Prompts } from '../../src/ground/ports.ts';
import type { AuthorizationServer } from '../support/authorization-server.ts';
import { expectNoSecrets } from '../support/canary.ts';
import { closeAfterTest } from '../support/close-after-test.ts';
import { type CommandLine, errorOf, openCommandLine } from '../support/command-line.ts';
import { configurationOf, isConfigured, writeConfiguration } from '../support/configuration-file.ts';
import {
  jsonReply,
  type ProtectedResourceServer,
  startProtectedResource,
  startServerOfResources,
} from '../support/protected-resource.ts';

const local = ['--allow-http-loopback', '--timeout', '30'];

/** A person at the terminal who answers every question so; what was asked is kept. */
function atTerminal(answers: Partial<Prompts>): Partial<Context> {
  const notHere = () => Promise.reject(new Error('nobody asks this'));
  const prompts: Prompts = {
    text: notHere,
    secret: notHere,
    hidden: () => new Promise(() => {}),
    choose: notHere,
    search: notHere,
    confirm: notHere,
    ...answers,
  };
  return {
    stdin: { isTTY: true, async *[Symbol.asyncIterator]() {} },
    stderr: { isTTY: true, write: () => true },
    openPrompts: async () => prompts,
  };
}

describe('an API by its address', () => {
  let server: AuthorizationServer;
  let api: ProtectedResourceServer;
  let line: CommandLine;
  beforeAll(async () => {
    server = await startServerOfResources();
  });
  afterAll(() => server.close());
  beforeEach(async () => {
    line = closeAfterTest(openCommandLine({ user: 'ada' }));
    api = closeAfterTest(
      await startProtectedResource({
        issuers: [server.issuer],
        isValid: (token) => server.issuedSecrets('access_token').includes(token),
        metadata: { scopes_supported: ['files:read', 'files:write'] },
      }),
    );
  });
  afterEach(() => server.restore());
  const authorizations = () =>
    server.requestsTo('authorization').filter(({ query }) => query.has('client_id'));

  it('is signed in to with nothing but the address, and its token works there', async () => {
    const [seen, exchanged] = [authorizations().length, server.hits('token')];
    const signedIn = await line.run(api.identifier, ...local, '--yes');
    expect(signedIn.exitCode).toBe(0);
    expect(signedIn.stdout).toMatch(/^Signed in to 127\.0\.0\.1:\d+\/mcp, which did not say who/);
    expect(signedIn.stderr).toContain(`  API:      ${api.identifier}\n  sign-in:  ${server.issuer}\n`);
    const [asked] = authorizations().slice(seen);
    expect(asked?.query.get('resource')).toBe(api.identifier);
    expect(asked?.query.get('scope')).toBe('files:read files:write offline_access');
    expect((await line.run('token', api.identifier, '--refresh')).exitCode).toBe(0);
    const forms = server.requestsTo('token').slice(exchanged);
    expect(forms.map(({ form }) => [form.get('grant_type'), form.get('resource')])).toEqual([
      ['authorization_code', api.identifier],
      ['refresh_token', api.identifier],
    ]);
    const used = await line.run('request', api.identifier, `${api.identifier}?page=2`);
    expect(used.stdout).toBe('{"answer":"for the bearer"}');
    expect((await line.run('status')).stdout).toContain(`  resource:  ${api.identifier}\n`);
    expectNoSecrets(line, server.issuedSecrets('refresh_token', 'code'));
    expect((await line.run('logout', api.identifier)).exitCode).toBe(0);
    expect((await line.run('token', api.identifier)).exitCode).toBe(4);
  });

  it('is asked by its address alone, as its account is found by it', async () => {
    await line.run(api.identifier, ...local, '--yes');
    const used = await line.run('request', api.identifier);
    expect([used.exitCode, used.stdout]).toEqual([0, '{"answer":"for the bearer"}']);
    const named = await line.run('request', 'https://api.github.com/user');
    expect([named.exitCode, named.stderr]).toEqual([2, expect.stringContaining('a provider before the URL')]);
  });

  it('names the account after the sub of the token response, where nothing else tells', async () => {
    server.rewriteReply('token', (body) => ({ ...body, sub: 'did:plc:ada' }));
    const signedIn = await line.run(api.identifier, ...local, '--yes');
    expect(signedIn.stdout).toMatch(/^Signed in to 127\.0\.0\.1:\d+\/mcp as did:plc:ada\b/);
    const who = await line.run('whoami', api.identifier, '--offline');
    expect([who.exitCode, who.stdout]).toEqual([0, expect.stringContaining('did:plc:ada')]);
    expect((await line.run('whoami', api.identifier)).exitCode).toBe(0);
  });

  it.each([
    ['', 0],
    [7, 0],
    ['x'.repeat(300), 0],
  ])('is not named after a sub that is none: %j', async (sub, code) => {
    server.rewriteReply('token', (body) => ({ ...body, sub }));
    const signedIn = await line.run(api.identifier, ...local, '--yes');
    expect([signedIn.exitCode, signedIn.stdout]).toEqual([
      code,
      expect.stringContaining('which did not say who'),
    ]);
  });

  it('is registered with once, and keeps its client for this address and this server', async () => {
    const before = server.hits('registration');
    await line.run(api.identifier, ...local, '--yes');
    await line.run(api.identifier, ...local, '--yes');
    expect(server.hits('registration')).toBe(before + 1);
    const [[name, entry] = []] = Object.entries(Object(configurationOf(line)).providers);
    expect(name).toMatch(/^127\.0\.0\.1-\d+_mcp$/);
    expect(entry).toMatchObject({ issuer: server.issuer, resource: api.identifier });
    const byName = await line.run(String(name), ...local, '--yes');
    expect(byName.exitCode).toBe(0);
    expect(server.hits('registration')).toBe(before + 1);
  });

  it('T05 uses no client that was registered for the server itself', async () => {
    const own = { sso: { issuer: server.issuer, client_id: 'demo' } };
    writeConfiguration(line, { providers: own });
    expect((await line.run('sso', ...local)).exitCode).toBe(0);
    const seen = authorizations().length;
    expect((await line.run(api.identifier, ...local, '--yes')).exitCode).toBe(0);
    expect(
      authorizations()
        .slice(seen)
        .map(({ query }) => query.get('client_id')),
    ).not.toContain('demo');
    expect(Object(configurationOf(line)).providers.sso).toEqual(own.sso);
    expect((await line.run('token', 'sso')).stdout).not.toBe(
      (await line.run('token', api.identifier)).stdout,
    );
  });

  it('T05 opens no browser and registers nobody before the person agrees to the server', async () => {
    const [seen, registered] = [authorizations().length, server.hits('registration')];
    const alone = await line.run(api.identifier, ...local, '--json');
    expect(alone.exitCode).toBe(4);
    expect(errorOf(alone)).toMatchObject({
      code: 'person_required',
      hint: `if that is right: oauth-login ${api.identifier} --allow-http-loopback --issuer ${server.issuer}`,
    });
    const questions: string[] = [];
    const refused = await line.runIn(
      atTerminal({ confirm: async (question) => questions.push(question) === 0 }),
      api.identifier,
      ...local,
    );
    expect(refused.exitCode).toBe(130);
    expect(questions).toEqual([
      expect.stringMatching(/^Sign in at 127\.0\.0\.1:\d+, and give 127\.0\.0\.1:\d+\/mcp the token\?$/),
    ]);
    expect([authorizations().length, server.hits('registration')]).toEqual([seen, registered]);
    expect(isConfigured(line)).toBe(false);
    const agreed = await line.runIn(atTerminal({ confirm: async () => true }), api.identifier, ...local);
    expect(agreed.exitCode).toBe(0);
  });

  it('T05 asks before an API that is its own server uses the endpoints of another one', async () => {
    api.on('/.well-known/oauth-protected-resource/mcp', () =>
      jsonReply({ resource: api.identifier, authorization_servers: [api.origin] }),
    );
    const genuine = await (await fetch(`${server.issuer}/.well-known/openid-configuration`)).json();
    api.on('/.well-known/oauth-authorization-server', () =>
      jsonReply({ ...Object(genuine), issuer: api.origin }),
    );
    const [seen, registered] = [authorizations().length, server.hits('registration')];
    const alone = await line.run(api.identifier, ...local, '--json');
    expect(errorOf(alone)).toMatchObject({
      code: 'person_required',
      message: expect.stringContaining(`gets a token of ${new URL(server.issuer).host}`),
      hint: `if that is right: oauth-login ${api.identifier} --allow-http-loopback --yes`,
    });
    expect([authorizations().length, server.hits('registration')]).toEqual([seen, registered]);
    const agreed = await line.run(api.identifier, ...local, '--yes');
    expect(agreed.stderr).toContain(
      `  sign-in:  ${api.origin}\n  through:  ${new URL(server.issuer).origin}\n`,
    );
  });

  it('takes the exact issuer in place of a question, if the API names it', async () => {
    expect((await line.run(api.identifier, ...local, '--issuer', server.issuer)).exitCode).toBe(0);
    const other = await line.run(api.identifier, ...local, '--issuer', 'https://other.example', '--json');
    expect(errorOf(other)).toMatchObject({ code: 'protocol_issuer_mismatch' });
  });

  it('asks for the scopes of the challenge rather than for all that there are', async () => {
    const narrow = closeAfterTest(
      await startProtectedResource({
        issuers: [server.issuer],
        scope: 'files:read',
        metadata: { scopes_supported: ['files:read', 'files:write'] },
      }),
    );
    const seen = authorizations().length;
    expect((await line.run(narrow.identifier, ...local, '--yes')).exitCode).toBe(0);
    expect(authorizations()[seen]?.query.get('scope')).toBe('files:read offline_access');
  });

  it('leaves out the parameter resource where the server refuses it, at refreshes too', async () => {
    const [seen, exchanged] = [authorizations().length, server.hits('token')];
    await line.run(api.identifier, ...local, '--yes', '--no-resource-parameter');
    await line.run('token', api.identifier, '--refresh');
    expect(authorizations()[seen]?.query.has('resource')).toBe(false);
    const forms = server.requestsTo('token').slice(exchanged);
    expect(forms.length).toBeGreaterThan(0);
    expect(forms.filter(({ form }) => form.has('resource'))).toEqual([]);
  });

  it('sends the token to no address beside the API, at its own origin', async () => {
    await line.run(api.identifier, ...local, '--yes');
    for (const address of [
      `${api.origin}/mcpx`,
      `${api.origin}/other`,
      `${api.origin}/mcp/..%2fother`,
      `${api.origin}/mcp/..;/other`,
      `${api.origin}/mcp/%252e%252e%252fother`,
    ]) {
      const outcome = await line.run('request', api.identifier, address, '--json', '{}');
      expect(outcome.exitCode).toBe(2);
      expect(outcome.stderr).toContain(`it is for ${api.identifier} and the addresses below it`);
    }
    expect(api.requestsTo('/other')).toEqual([]);
  });

  it('tells which sign-in gets the scopes that a request wants, and sends nothing again', async () => {
    await line.run(api.identifier, ...local, '--yes', '--scope', 'files:read');
    let wanted = 'files:read files:delete';
    api.on('/mcp/all', () => ({
      status: 403,
      headers: { 'www-authenticate': `Bearer error="insufficient_scope", scope="${wanted}"` },
      body: Buffer.from('the body of the 403'),
    }));
    const use = () => line.run('request', api.identifier, `${api.identifier}/all`);
    const refused = await use();
    expect([refused.exitCode, refused.stdout]).toEqual([4, '']);
    expect(refused.stderr).toContain(
      `oauth-login ${api.identifier} --allow-http-loopback --scope 'files:read files:write files:delete'`,
    );
    expect(api.requestsTo('/mcp/all').length).toBe(1);
    // What the token has already, no sign-in would change.
    wanted = 'files:read';
    expect(await use()).toMatchObject({ exitCode: 0, stdout: 'the body of the 403' });
  });

  it('offers the sign-in at a terminal, sends the request again, and asks no more than twice', async () => {
    await line.run(api.identifier, ...local, '--yes', '--scope', 'files:read');
    let wants = (scopes: string): string | undefined =>
      scopes.includes('files:delete') ? undefined : 'files:delete';
    const seen = authorizations().length;
    api.on('/mcp/all', ({ authorization = '' }) => {
      const wanted = wants(authorizations().at(-1)?.query.get('scope') ?? '');
      const challenge = `Bearer error="insufficient_scope", scope="${wanted}"`;
      return wanted === undefined
        ? jsonReply({ isNew: authorization !== '' })
        : { status: 403, headers: { 'www-authenticate': challenge } };
    });
    const questions: string[] = [];
    const ask = (answer: boolean) =>
      line.runIn(
        atTerminal({ confirm: async (question) => questions.push(question) > 0 && answer }),
        ...['request', api.identifier, `${api.identifier}/all`, '--json', '{"n":1}'],
      );
    expect((await ask(false)).exitCode).toBe(4);
    expect(authorizations().length).toBe(seen);
    const agreed = await ask(true);
    expect(agreed).toMatchObject({ exitCode: 0, stdout: '{"isNew":true}' });
    expect(questions.filter((question) => question.includes('files:delete'))).toHaveLength(2);
    // The union of what was granted, asked for and wanted, in one new authorization.
    expect(authorizations()).toHaveLength(seen + 1);
    const asked = authorizations().at(-1)?.query.get('scope')?.split(' ') ?? [];
    expect(asked).toEqual(expect.arrayContaining(['files:read', 'files:write', 'files:delete']));
    let turn = 0;
    wants = () => {
      turn += 1;
      return `more:${turn}`;
    };
    expect((await ask(true)).exitCode).toBe(4);
    expect(authorizations()).toHaveLength(seen + 3);
  });

  it('gives its token as a JSON object of headers', async () => {
    await line.run(api.identifier, ...local, '--yes');
    const { stdout } = await line.run('token', api.identifier, '--format', 'headers-json');
    const token = (await line.run('token', api.identifier)).stdout.trim();
    expect(JSON.parse(stdout)).toEqual({ Authorization: `Bearer ${token}` });
  });

  it('is registered with at the server that it names now, when it names another than before', async () => {
    await line.run(api.identifier, ...local, '--yes');
    const [[name = '', first] = []] = Object.entries(Object(configurationOf(line)).providers);
    const endpoints = { revocation_endpoint: 'https://login.example/revoke' };
    writeConfiguration(line, { providers: { [name]: { ...Object(first), endpoints } } });
    const next = closeAfterTest(await startServerOfResources());
    api.on('/.well-known/oauth-protected-resource/mcp', () =>
      jsonReply({ resource: api.identifier, authorization_servers: [next.issuer] }),
    );
    expect((await line.run(api.identifier, ...local, '--yes')).exitCode).toBe(0);
    expect(next.hits('registration')).toBe(1);
    const [entry] = Object.values(Object(configurationOf(line)).providers);
    expect(entry).toMatchObject({ issuer: next.issuer, resource: api.identifier });
    expect(entry).not.toHaveProperty('endpoints');
    const token = (await line.run('token', api.identifier)).stdout.trim();
    expect(next.issuedSecrets('access_token')).toContain(token);
  });

  it('is asked with a POST where it knows nothing else', async () => {
    api.on('/mcp', ({ method }) => ({
      status: method === 'POST' ? 401 : 405,
      headers: { 'www-authenticate': `Bearer resource_metadata="${api.origin}/about"` },
    }));
    api.on('/.well-known/oauth-protected-resource/mcp', () => ({ status: 404 }));
    api.on('/about', () => jsonReply({ resource: api.identifier, authorization_servers: [server.issuer] }));
    expect((await line.run(api.identifier, ...local, '--yes')).exitCode).toBe(0);
  });

  it('has the person choose among several servers, and a script name one', async () => {
    api.on('/.well-known/oauth-protected-resource/mcp', () =>
      jsonReply({ resource: api.identifier, authorization_servers: ['https://one.example', server.issuer] }),
    );
    const alone = await line.run(api.identifier, ...local, '--yes', '--json');
    expect(errorOf(alone).hint).toBe(`choose one with --issuer: https://one.example, ${server.issuer}`);
    const chosen = await line.runIn(
      atTerminal({ choose: async (_question, [, second]) => second?.value ?? never() }),
      api.identifier,
      ...local,
      '--yes',
    );
    expect(chosen.exitCode).toBe(0);
  });

  const wellKnown = '/.well-known/oauth-protected-resource';
  it.each([
    ['another resource', () => ({ resource: 'https://other.example/mcp' })],
    ['a sibling path', () => ({ resource: `${api.origin}/mc` })],
    ['another path', () => ({ resource: `${api.identifier}/deeper` })],
    ['a query', () => ({ resource: `${api.identifier}?tenant=2` })],
    ['no resource', () => ({ resource: undefined })],
    ['no server', () => ({ authorization_servers: [] })],
    ['a server that is a file', () => ({ authorization_servers: ['file:///etc/passwd'] })],
    ['a server without https', () => ({ authorization_servers: ['http://login.example'] })],
  ])('T48 refuses metadata that name %s', async (_what, change) => {
    const document = { resource: api.identifier, authorization_servers: [server.issuer], ...change() };
    api.on(`${wellKnown}/mcp`, () => jsonReply(document));
    const outcome = await line.run(api.identifier, ...local, '--yes', '--json');
    expect(errorOf(outcome).code).toBe('protocol_invalid_metadata');
    expect(outcome.exitCode).toBe(6);
    expect(isConfigured(line)).toBe(false);
  });

  it('T48 refuses metadata on another origin, which is not asked', async () => {
    const other = closeAfterTest(await startProtectedResource({ issuers: [server.issuer] }));
    api.on('/mcp', () => ({
      status: 401,
      headers: { 'www-authenticate': `Bearer resource_metadata="${other.origin}${wellKnown}/mcp"` },
    }));
    const outcome = await line.run(api.identifier, ...local, '--yes');
    expect(outcome.stderr).toContain(
      `its challenge names metadata at ${other.origin}, and not at ${api.origin}`,
    );
    expect(other.requests).toEqual([]);
  });

  it.each([
    '/mcp/metadata',
    '/.well-known/oauth-protected-resources',
    '/.well-known/oauth-protected-resource/..%2f..%2fmcp/metadata',
  ])('T48 lets a document at %s speak for its address alone, and not for all of the host', async (place) => {
    api.on('/mcp', () => ({
      status: 401,
      headers: { 'www-authenticate': `Bearer resource_metadata="${api.origin}${place}"` },
    }));
    api.on(place, () => jsonReply({ resource: api.origin, authorization_servers: [server.issuer] }));
    const outcome = await line.run(api.identifier, ...local, '--yes', '--json');
    expect(errorOf(outcome).code).toBe('protocol_invalid_metadata');
    api.on(place, () => jsonReply({ resource: api.identifier, authorization_servers: [server.issuer] }));
    expect((await line.run(api.identifier, ...local, '--yes')).exitCode).toBe(0);
  });

  it('T48 refuses a server whose metadata name another issuer', async () => {
    server.rewriteReply('discovery', (body) => ({ ...body, issuer: 'https://other.example' }));
    const outcome = await line.run(api.identifier, ...local, '--yes', '--json');
    expect(errorOf(outcome).code).toBe('protocol_issuer_mismatch');
  });

  it('refuses a server that does not say that it has S256', async () => {
    server.rewriteReply('discovery', ({ code_challenge_methods_supported: _, ...body }) => body);
    const outcome = await line.run(api.identifier, ...local, '--yes', '--json');
    expect(errorOf(outcome)).toMatchObject({
      code: 'protocol_invalid_metadata',
      hint: expect.stringContaining('"code_challenge_method":"S256"'),
    });
  });

  it('T05 stores no token that says it is for another API', async () => {
    const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const token = `${encode({ alg: 'none' })}.${encode({ aud: 'https://mail.example/api' })}.c2ln`;
    server.rewriteReply('token', (body) => ({ ...body, access_token: token }));
    const outcome = await line.run(api.identifier, ...local, '--yes');
    expect(outcome.exitCode).toBe(6);
    expect(outcome.stderr).toContain('gave a token for https://mail.example, and not for');
    expect((await line.run('status')).stdout).not.toContain(api.identifier);
  });

  it('is found by metadata of its path without a challenge, and by those of its host with one', async () => {
    api.on('/mcp', () => ({ status: 405 }));
    expect((await line.run(api.identifier, ...local, '--yes')).exitCode).toBe(0);
    api.on('/mcp', () => ({ status: 401, headers: { 'www-authenticate': 'Bearer realm="a' } }));
    api.on(`${wellKnown}/mcp`, () => ({ status: 404 }));
    api.on(wellKnown, () => jsonReply({ resource: api.origin, authorization_servers: [server.issuer] }));
    expect((await line.run(api.identifier, ...local, '--yes')).exitCode).toBe(0);
    expect((await line.run('status')).stdout).toContain(`  resource:  ${api.origin}\n`);
  });

  it('tells an address that is neither an issuer nor a resource', async () => {
    const open = await line.run(`${api.origin}/nothing`, ...local);
    expect(open.stderr).toContain('is neither an issuer nor an API that says who gives its tokens');
    api.on('/secret', () => ({ status: 401, headers: { 'www-authenticate': 'Bearer' } }));
    const closed = await line.run(`${api.origin}/secret`, ...local);
    expect(closed.stderr).toContain('wants a token, and does not say whose');
    expect(closed.stderr).toContain(`oauth-login ${api.origin}/secret --issuer URL`);
    const named = await line.run(`${api.origin}/secret`, ...local, '--issuer', server.issuer);
    expect(named.exitCode).toBe(0);
  });
});

function never(): never {
  throw new Error('there are two servers');
}
