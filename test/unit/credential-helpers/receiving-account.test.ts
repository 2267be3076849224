import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AccessSession } from '../../../src/access/access-session.ts';
import type { AccountHead } from '../../../src/accounts/account.ts';
import { stateOfSources } from '../../../src/accounts/kept-destinations.ts';
import { goHelper } from '../../../src/credential-helpers/go.ts';
import { kubernetesHelper } from '../../../src/credential-helpers/kubernetes.ts';
import { type Receiver, receivingAccount } from '../../../src/credential-helpers/receiving-account.ts';
import { readConfiguration } from '../../../src/settings/configuration.ts';
import { accountHead } from '../../support/account-head.ts';

let directory: string;
let configDir: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'oauth-login-test-'));
  configDir = join(directory, 'config');
  mkdirSync(join(configDir, 'providers'), { recursive: true });
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

function access(accounts: readonly AccountHead[], env: Record<string, string> = {}): AccessSession {
  const paths = { configDir, dataDir: join(directory, 'data') };
  const context = { env, paths, stderr: { write: () => {} }, workingDirectory: () => directory };
  const store = { list: async () => ({ accounts, problems: [] }) };
  const note = () => {};
  return { context, store, note, configuration: () => readConfiguration(paths) } as unknown as AccessSession;
}

const receive = async (receiver: Receiver, session: AccessSession) =>
  (await receivingAccount(receiver, session))?.source;

describe('accounts on two servers that share the name of a provider', () => {
  const env = { OAUTH_LOGIN_GITLAB_TOKEN: 'from-the-variable' };
  const gitlab = (host: string) =>
    accountHead({ provider: 'gitlab', preset: 'gitlab', issuer: `https://${host}`, host, target: 'gitlab' });
  const accounts = ['gitlab.com', 'git.corp.example'].map(gitlab);

  it.each([{}, { service: 'git' as const }])(
    'T02 the token of the variable goes to the server of the variable alone (%j)',
    async (service) => {
      const ask = (host: string) =>
        receive({ ...service, address: new URL(`https://${host}/`) }, access(accounts, env));
      expect(await ask('gitlab.com')).toMatchObject({ kind: 'supplied', account: accounts[0] });
      expect(await ask('git.corp.example')).toEqual({ kind: 'account', head: accounts[1] });
    },
  );
});

describe('a file of the configuration behind a link', () => {
  const link = (name: string) => {
    const file = join(directory, 'first');
    symlinkSync(file, join(configDir, name));
    return file;
  };
  const state = () => stateOfSources({ configDir, dataDir: directory });

  it('T02 is noticed when it changes: an origin that was removed gets no token', async () => {
    const head = accountHead({ provider: 'forge', issuer: 'https://login.example' });
    const address = new URL('https://api.example');
    const file = link('config.json');
    const write = (origins: readonly string[]) =>
      writeFileSync(
        file,
        JSON.stringify({ providers: { forge: { issuer: head.issuer, api_origins: origins } } }),
      );
    write([address.origin]);
    expect(await receive({ address }, access([head]))).toEqual({ kind: 'account', head });
    write([]);
    expect(await receive({ address }, access([head]))).toBeUndefined();
  });

  it.each(['config.json', 'providers/forge.json'])('%s has another state with another file', (name) => {
    writeFileSync(link(name), '{}');
    const before = state();
    expect(state()).toBe(before);
    writeFileSync(join(directory, 'second'), '{}');
    rmSync(join(configDir, name));
    symlinkSync(join(directory, 'second'), join(configDir, name));
    const relinked = state();
    expect(relinked).not.toBe(before);
    writeFileSync(join(directory, 'second'), '{ }');
    expect(state()).not.toBe(relinked);
  });
});

describe('credential go', () => {
  it('names the protected resource as the prefix, not the whole server', async () => {
    const resource = 'https://api.example/mcp';
    const forge = { issuer: 'https://login.example', resource };
    writeFileSync(join(configDir, 'config.json'), JSON.stringify({ providers: { forge } }));
    const session = access([], { OAUTH_LOGIN_FORGE_TOKEN: 'from-the-variable' });
    const ask = (url: string) =>
      goHelper.answer({ words: ['forge', url], options: {}, input: Buffer.alloc(0) }, session);
    expect((await ask(`${resource}/x`)).text).toBe(
      `${resource}\n\nAuthorization: Bearer from-the-variable\n\n`,
    );
    expect((await ask('https://api.example/other')).text).toBe('');
  });
});

describe('credential kubernetes', () => {
  it('T53 takes a cluster for that of a protected resource only below its path', async () => {
    const resource = 'https://api.example/k8s/clusters/one';
    const head = accountHead({ provider: 'forge', issuer: 'https://login.example', resource });
    const ask = (server: string) => {
      const info = {
        apiVersion: 'client.authentication.k8s.io/v1',
        kind: 'ExecCredential',
        spec: { cluster: { server } },
      };
      const session = access([head], { KUBERNETES_EXEC_INFO: JSON.stringify(info) });
      const request = { words: ['forge'], options: { accessToken: true }, input: Buffer.alloc(0) };
      return kubernetesHelper.answer(request, session).catch(({ code }) => code);
    };
    // The store of this session has no tokens, and says so where one is asked for.
    expect(await ask(resource)).toBeUndefined();
    for (const server of ['https://api.example', 'https://api.example/k8s/clusters/two', `${resource}2`]) {
      expect(await ask(server)).toBe('usage_foreign_origin');
    }
  });
});
