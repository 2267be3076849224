import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AbortedError } from '../../src/ground/errors.ts';
import { openidProvider } from '../../src/providers/openid.ts';
import { errorOf } from '../support/command-line.ts';
import { configurationOf, writeConfiguration } from '../support/configuration-file.ts';
import { openPlayedCommandLine, type PlayedCommandLine } from '../support/played-command-line.ts';
import { playProvider } from '../support/quirky-providers.ts';
import { json, redirect, text } from '../support/quirky-replies.ts';
import { openQuirkyServer, type QuirkyServer } from '../support/quirky-server.ts';
import { writtenFiles } from '../support/written-files.ts';

let server: QuirkyServer;
let line: PlayedCommandLine;

beforeEach(async () => {
  server = await openQuirkyServer();
  line = openPlayedCommandLine(server, { OAUTH_LOGIN_GITLAB_CLIENT_SECRET: 'canary-gitlab-secret' });
});
afterEach(async () => {
  line.close();
  await server.close();
});

const person = { sub: 'u-1815', name: 'Ada Lovelace' };
const client = ['--client-id', 'client.id'];

/** Plays a server at that address; its document names the issuer, which may be spelled otherwise. */
function playIssuer(address: string, issuer = address, wellKnown = 'openid-configuration') {
  const endpoints = {
    authorization_endpoint: `${address}/authorize`,
    token_endpoint: `${address}/token`,
    userinfo_endpoint: `${address}/userinfo`,
    jwks_uri: `${address}/keys`,
  };
  const document = { issuer, ...endpoints, code_challenge_methods_supported: ['S256'] };
  const { origin, pathname } = new URL(address);
  const place =
    wellKnown === 'openid-configuration'
      ? `${address}/.well-known/openid-configuration`
      : `${origin}/.well-known/${wellKnown}${pathname === '/' ? '' : pathname}`;
  server.at(place, json(document));
  const provider = { ...openidProvider('played', 'Played', issuer), endpoints };
  return playProvider(server, provider, { idToken: person, profile: person });
}

/** The hosts that any request has reached. */
const hostsAsked = () => new Set(server.requests.map(({ path }) => path.split('/')[1]));

describe('an issuer as it is pasted', () => {
  it.each([
    ['https://login.acme.example', 'https://login.acme.example/'],
    ['https://login.acme.example/', 'https://login.acme.example'],
    ['https://login.acme.example/staff', 'https://login.acme.example/staff/'],
    ['https://login.acme.example/staff/', 'https://login.acme.example/staff'],
    ['https://login.acme.example/staff/.well-known/openid-configuration', 'https://login.acme.example/staff'],
    ['https://login.acme.example/.well-known/openid-configuration', 'https://login.acme.example/'],
  ])('%s signs in to %s, and later commands find it by both', async (typed, issuer) => {
    playIssuer(issuer.replace(/\/$/, ''), issuer);
    const outcome = await line.run(typed, ...client, '--json');
    expect(outcome.exitCode, outcome.stderr).toBe(0);
    expect(JSON.parse(outcome.stdout)).toMatchObject({ issuer });
    for (const target of [typed, issuer]) {
      expect(await line.run('token', target), target).toMatchObject({ exitCode: 0 });
    }
    expect(await line.run('logout', typed)).toMatchObject({ exitCode: 0 });
  });

  it('with the well-known part of RFC 8414 between host and path is that one', async () => {
    const issuer = 'https://login.acme.example/staff';
    playIssuer(issuer, issuer, 'oauth-authorization-server');
    const typed = 'https://login.acme.example/.well-known/oauth-authorization-server/staff';
    expect(await line.run(typed, ...client)).toMatchObject({ exitCode: 0 });
  });

  it('that differs in more than the slash is refused, and the other one is offered', async () => {
    const issuer = 'https://login.acme.example/staff';
    playIssuer(issuer, 'https://login.acme.example/people');
    const error = errorOf(await line.run(issuer, ...client, '--json'));
    expect(error).toMatchObject({ code: 'protocol_issuer_mismatch', exit_code: 6 });
    expect(error.hint).toContain('https://login.acme.example/people');
  });

  it('is not offered the template of a document in its place', async () => {
    const issuer = 'https://login.acme.example/common';
    playIssuer(issuer, 'https://login.acme.example/{tenantid}');
    const error = errorOf(await line.run(issuer, ...client, '--json'));
    expect(error.code).toBe('protocol_issuer_mismatch');
    expect(error.hint).not.toContain('{');
  });

  it.each([
    ['--issuer', 'https://login.acme.example/.well-known/openid-configuration'],
    ['--issuer', 'https://login.acme.example'],
  ])('is set up in the spelling of its document with %s %s', async (...typed) => {
    const issuer = 'https://login.acme.example/';
    playIssuer('https://login.acme.example', issuer);
    const env = { ...line.context.env, OAUTH_LOGIN_WORK_CLIENT_SECRET: 'canary-work-secret' };
    expect(await line.runIn({ env }, 'setup', 'work', ...typed, ...client)).toMatchObject({ exitCode: 0 });
    expect(configurationOf(line)).toEqual({ providers: { work: { issuer, client_id: 'client.id' } } });
    // The sealed secret is found again.
    expect(await line.run('work')).toMatchObject({ exitCode: 0 });
    expect(server.requestsTo('POST /login.acme.example/token').at(-1)?.headers.authorization).toMatch(
      /^Basic /,
    );
    expect(await line.run('setup', 'work', ...typed, ...client), 'again').toMatchObject({ exitCode: 0 });
  });

  it('is read from config.json as well', async () => {
    playIssuer('https://login.acme.example', 'https://login.acme.example/');
    const issuer = 'https://login.acme.example/.well-known/openid-configuration';
    writeConfiguration(line, { providers: { work: { issuer, client_id: 'client.id' } } });
    expect(await line.run('work')).toMatchObject({ exitCode: 0 });
  });
});

describe('the page of a known provider, pasted from the bar of a browser', () => {
  it.each([
    ['https://console.cloud.google.com/auth/clients?project=acme-4711', 'google'],
    ['https://console.developers.google.com/apis/credentials', 'google'],
    ['https://accounts.google.com', 'google'],
    ['https://entra.microsoft.com/#view/Microsoft_AAD_RegisteredApps/ApplicationsListBlade', 'microsoft'],
    ['https://portal.azure.com/#home', 'microsoft'],
    ['https://login.microsoftonline.com/common/v2.0', 'microsoft'],
    ['https://login.microsoftonline.com/common/v2.0/', 'microsoft'],
    ['https://login.microsoftonline.com/common/v2.0/.well-known/openid-configuration', 'microsoft'],
    ['https://login.microsoftonline.com/common', 'microsoft'],
    ['https://login.microsoftonline.com/organizations/v2.0', 'microsoft --tenant organizations'],
    ['https://login.microsoftonline.com/consumers/v2.0', 'microsoft --tenant consumers'],
    ['https://login.microsoftonline.com/acme.example', 'microsoft --tenant acme.example'],
    [
      'https://login.microsoftonline.com/acme.example/oauth2/v2.0/authorize?client_id=x',
      'microsoft --tenant acme.example',
    ],
    ['https://github.com/settings/developers', 'github'],
    ['https://github.com/login/oauth', 'github'],
    ['https://gitlab.com/-/user_settings/applications', 'gitlab'],
    ['https://developers.facebook.com/apps/4711/settings/basic/?business_id=1', 'facebook'],
    ['https://dev.twitch.tv/console/apps', 'twitch'],
  ])('%s leads to %s', async (address, command) => {
    const outcome = await line.run(address, ...client);
    expect(outcome).toMatchObject({ exitCode: 2, stdout: '' });
    expect(outcome.stderr.split('\n')[1]).toMatch(new RegExp(`oauth-login ${command}( \\(|$)`));
    expect(server.requests).toEqual([]);
  });

  it.each([
    'https://login.microsoftonline.com/3a1d9c52-6b1f-4f0e-9a77-0c5d2e8b4f10/v2.0',
    'https://gitlab.com',
    'https://gitlab.com/',
  ])('%s is an issuer, and taken', async (issuer) => {
    playIssuer(issuer.replace(/\/$/, ''), issuer);
    expect(await line.run(issuer, ...client)).toMatchObject({ exitCode: 0 });
  });

  it.each([
    ['own', '--issuer', 'https://login.microsoftonline.com/common/v2.0'],
    ['setup', 'own', '--issuer', 'https://login.microsoftonline.com/organizations/v2.0'],
  ])('%s %s … of a tenant that stands for many leads to the preset all the same', async (...argv) => {
    const outcome = await line.run(...argv, ...client);
    expect(outcome).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('oauth-login microsoft') });
    expect(server.requests).toEqual([]);
  });

  it('is taken as it stands with --issuer, and where it is configured', async () => {
    const issuer = 'https://accounts.google.com';
    playIssuer(issuer);
    expect(await line.run('own', '--issuer', issuer, ...client)).toMatchObject({ exitCode: 0 });
    writeConfiguration(line, { providers: { mine: { issuer, client_id: 'client.id' } } });
    expect(await line.run(issuer)).toMatchObject({ exitCode: 0 });
  });
});

describe('a host as it is pasted', () => {
  const gitlabAt = (base: string) => {
    const provider = openidProvider('played', 'Played', base);
    const endpoints = {
      authorization_endpoint: `${base}/oauth/authorize`,
      token_endpoint: `${base}/oauth/token`,
      userinfo_endpoint: `${base}/oauth/userinfo`,
      jwks_uri: `${base}/oauth/discovery/keys`,
    };
    playProvider(server, { ...provider, endpoints }, { idToken: person, profile: person });
  };

  it.each([
    'https://git.acme.example',
    'https://git.acme.example/',
    'HTTPS://git.acme.example',
    'git.acme.example/',
  ])('--host %s is the host', async (host) => {
    gitlabAt('https://git.acme.example');
    expect(await line.run('gitlab', '--host', host, ...client)).toMatchObject({ exitCode: 0 });
    expect(await line.run('token', 'gitlab', '--host', host)).toMatchObject({ exitCode: 0 });
    expect(hostsAsked()).toEqual(new Set(['git.acme.example']));
  });

  it.each(['mine.example/git', 'https://mine.example/git/'])(
    '--host %s says what to write, and that signs in',
    async (host) => {
      const error = errorOf(await line.run('gitlab', '--host', host, ...client, '--json'));
      expect(error.exit_code).toBe(2);
      const command = /oauth-login (\S+)$/.exec(error.hint)?.[1] ?? '';
      expect(command).toBe('https://mine.example/git');
      playIssuer('https://mine.example/git');
      expect(await line.run(command, ...client)).toMatchObject({ exitCode: 0 });
    },
  );

  it('below a path is refused for GitHub, which has no such installations', async () => {
    const error = errorOf(await line.run('github', '--host', 'mine.example/git', ...client, '--json'));
    expect(error).toMatchObject({ code: 'usage_invalid', exit_code: 2 });
    expect(error.hint).toContain('without a path');
  });
});

describe('a preset and an issuer together', () => {
  const configure = (work: Record<string, unknown>, name = 'work') =>
    writeConfiguration(line, { providers: { [name]: { client_id: 'client.id', ...work } } });

  it.each([
    ['gitlab', 'https://git.acme.example', 'git.acme.example'],
    ['gitlab', 'https://git.acme.example/', 'git.acme.example'],
    ['gitlab', 'https://gitlab.com', 'gitlab.com'],
    ['github', 'https://github.acme.example/login/oauth', 'github.acme.example'],
    ['microsoft', 'https://login.microsoftonline.com/acme.example/v2.0', 'login.microsoftonline.com'],
    ['google', 'https://accounts.google.com', 'accounts.google.com'],
  ])('%s at %s means that issuer, in every request', async (preset, issuer, host) => {
    configure({ preset, issuer });
    const env = { ...line.context.env, OAUTH_LOGIN_WORK_CLIENT_SECRET: 'canary-work-secret' };
    const own = new Set([host, 'oauth2.googleapis.com', 'graph.microsoft.com']);
    await line.runIn({ env }, 'work', '--timeout', '1');
    expect(server.requests.length).toBeGreaterThan(0);
    for (const asked of hostsAsked()) {
      expect(own).toContain(asked);
    }
    if (preset === 'microsoft') {
      expect(server.requests[0]?.path).toContain('/acme.example/oauth2/');
    }
  });

  it.each([
    ['gitlab', 'https://mine.example/git'],
    ['microsoft', 'https://login.acme.example'],
    ['microsoft', 'https://login.microsoftonline.com.evil.example/acme.example/v2.0'],
    ['google', 'https://login.acme.example'],
    ['github', 'https://github.acme.example'],
  ])('%s at %s is refused before anything is sent', async (preset, issuer) => {
    for (const name of ['work', preset]) {
      configure({ preset, issuer }, name);
      const error = errorOf(await line.run(name, '--json'));
      expect(error).toMatchObject({ code: 'config_invalid_value', exit_code: 3 });
      expect(error.message).toContain(issuer);
    }
    // The name of a preset is one, too.
    configure({ issuer }, preset);
    expect(errorOf(await line.run(preset, '--json')).exit_code).toBe(3);
    expect(server.requests).toEqual([]);
    expect(line.opened).toEqual([]);
  });

  it('that name two places are refused', async () => {
    configure({ preset: 'gitlab', issuer: 'https://git.acme.example', host: 'git.other.example' });
    expect(errorOf(await line.run('work', '--json')).exit_code).toBe(3);
  });

  it('is signed in to by the address of the issuer with the same settings', async () => {
    configure({ preset: 'gitlab', issuer: 'https://git.acme.example' });
    await line.run('https://git.acme.example', '--timeout', '1');
    expect(server.requests[0]?.path).toBe('/git.acme.example/oauth/authorize');
  });

  it('on the command line mean the issuer, with no client of the preset', async () => {
    writeConfiguration(line, { providers: { gitlab: { client_id: 'client-of-gitlab-com' } } });
    playIssuer('https://mine.example/git');
    const argv = ['gitlab', '--issuer', 'https://mine.example/git'];
    expect(errorOf(await line.run(...argv, '--json')).code).toBe('config_missing_client_id');
    expect(await line.run(...argv, ...client)).toMatchObject({ exitCode: 0 });
    expect(hostsAsked()).toEqual(new Set(['mine.example']));
  });
});

describe('a target that does not answer', () => {
  const nobodyThere = async () => {
    throw Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
  };

  it.each([
    [['https://login.acme.example'], 3],
    [['setup', 'work', '--issuer', 'https://login.acme.example'], 3],
  ])('%j asks nobody anything, and writes nothing', async (argv, exitCode) => {
    const outcome = await line.runAtTerminal([], ...argv);
    expect(outcome.exitCode).toBe(exitCode);
    expect(outcome.stderr).toContain('publishes no metadata');
    expect(outcome.stderr).not.toContain('regist');
    expect(line.asked).toEqual([]);
    expect(writtenFiles(line)).toEqual([]);
  });

  it.each([
    ['gitlab', '--host', 'git.acme.example'],
    ['github', '--host', 'git.acme.example'],
    ['setup', 'gitlab', '--host', 'git.acme.example'],
    ['setup', 'github', '--host', 'git.acme.example', '--client-id', 'client.id'],
  ])('%s %s %s … is noticed although it has no metadata', async (...argv) => {
    for (const answer of [text('', 'text/html', 502), text('', 'text/html', 503)]) {
      server.on('/git.acme.example/', answer);
      const outcome = await line.runAtTerminal([], ...argv);
      expect(outcome.exitCode).toBe(7);
      expect(outcome.stderr).toContain('git.acme.example');
      expect(line.asked).toEqual([]);
      expect(writtenFiles(line)).toEqual([]);
    }
    const down = await line.runAtTerminalIn(
      { openHttp: async () => ({ fetch: nobodyThere, close: async () => {} }) as never },
      [],
      ...argv,
    );
    expect(down.exitCode).not.toBe(0);
    expect(writtenFiles(line)).toEqual([]);
  });

  it('is one that answers, whatever it says', async () => {
    for (const answer of [text('no', 'text/html', 404), redirect('https://elsewhere.example/'), json({})]) {
      server.on('/git.acme.example/', answer);
      const argv = ['setup', 'gitlab', '--host', 'git.acme.example', ...client];
      expect(await line.run(...argv)).toMatchObject({ exitCode: 0 });
    }
  });
});

describe('a set-up that is not finished', () => {
  it.each([
    ['at the client id', [new AbortedError()]],
    ['at the secret', ['client.id', new AbortedError()]],
  ])('leaves nothing behind when the person stops %s', async (_where, answers) => {
    playIssuer('https://login.acme.example');
    for (const argv of [
      ['setup', 'work', '--issuer', 'https://login.acme.example'],
      ['https://login.acme.example'],
    ]) {
      const outcome = await line.runAtTerminalIn({ canOpenBrowser: false }, answers, ...argv);
      expect(outcome).toMatchObject({ exitCode: 130 });
      expect(writtenFiles(line)).toEqual([]);
    }
  });

  it('leaves no sealed secret behind when the configuration cannot be written', async () => {
    playIssuer('https://login.acme.example');
    const env = { ...line.context.env, OAUTH_LOGIN_WORK_CLIENT_SECRET: 'canary-work-secret' };
    const paths = { ...line.context.paths, configDir: '/dev/null/nowhere' };
    const argv = ['setup', 'work', '--issuer', 'https://login.acme.example', ...client];
    const outcome = await line.runIn({ env, paths }, ...argv);
    expect(outcome.exitCode).not.toBe(0);
    expect(writtenFiles(line).filter((file) => file.endsWith('.client'))).toEqual([]);
  });
});

describe('T09 T72 an issuer at localhost', () => {
  it('signs in with --allow-http-loopback, and later commands work', async () => {
    const issuer = server.origin.replace('127.0.0.1', 'localhost');
    playIssuer(issuer);
    const endpoint = (path: string) => new URL(`${issuer}${path}`).pathname;
    server.on(endpoint('/userinfo'), json(person));
    const without = await line.run(issuer, ...client);
    expect(without).toMatchObject({ exitCode: 3, stderr: expect.stringContaining('--allow-http-loopback') });
    const outcome = await line.run(issuer, ...client, '--allow-http-loopback');
    expect(outcome.exitCode, outcome.stderr).toBe(0);
    expect(await line.run('whoami', issuer)).toMatchObject({ exitCode: 0 });
  });

  it('is not the issuer of 127.0.0.1: they are compared exactly', async () => {
    const issuer = server.origin.replace('127.0.0.1', 'localhost');
    playIssuer(issuer, server.origin);
    const error = errorOf(await line.run(issuer, ...client, '--allow-http-loopback', '--json'));
    expect(error.code).toBe('protocol_issuer_mismatch');
  });
});
