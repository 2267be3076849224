import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { it, line, server } from '../support/ada-signs-in.ts';
import { errorOf } from '../support/command-line.ts';

it.beforeEach(async () => {
  const client = { issuer: server.issuer, client_id: server.clientId };
  const providers = {
    work: client,
    'work-admin': { ...client, scopes: ['openid', 'profile', 'offline_access'] },
  };
  mkdirSync(line.context.paths.configDir, { recursive: true, mode: 0o700 });
  writeFileSync(join(line.context.paths.configDir, 'config.json'), JSON.stringify({ providers }));
  expect(await signIn('work')).toBe(0);
  expect(await signIn('work-admin')).toBe(0);
});

const signIn = async (name: string) => (await line.run(name, '--allow-http-loopback')).exitCode;
const tokenOf = async (name: string) => (await line.run('token', name)).stdout;
const signedIn = async (): Promise<readonly { provider: string; account: string }[]> =>
  JSON.parse((await line.run('status', '--json')).stdout).accounts;

describe('two providers of the configuration with the same issuer and client', () => {
  it('keep one account each, with its own token and scopes', async () => {
    const accounts = await signedIn();
    expect(accounts.map(({ provider }) => provider).sort()).toEqual(['work', 'work-admin']);
    expect(new Set(accounts.map(({ account }) => account)).size).toBe(2);
    const [plain, admin] = [await tokenOf('work'), await tokenOf('work-admin')];
    expect(plain).not.toBe(admin);
    const { scope } = JSON.parse((await line.run('token', 'work-admin', '--json')).stdout);
    expect(scope.split(' ').sort()).toEqual(['offline_access', 'openid', 'profile']);
  });

  it('are refreshed apart from each other', async () => {
    const admin = await tokenOf('work-admin');
    const before = await tokenOf('work');
    expect((await line.run('token', 'work', '--refresh')).stdout).not.toBe(before);
    expect(await tokenOf('work-admin')).toBe(admin);
    expect((await line.run('whoami', 'work-admin')).stdout).toMatch(/^ada /);
  });

  it('are both named, each in words that mean it, where no target says which one is meant', async () => {
    const { code, message } = errorOf(await line.run('token', '--json'));
    expect(code).toBe('usage_ambiguous_account');
    for (const { provider } of await signedIn()) {
      expect(message).toContain(`${provider}:ada`);
      expect((await line.run('token', `${provider}:ada`)).stdout).toBe(await tokenOf(provider));
    }
    const [first] = await signedIn();
    expect((await line.run('token', '--account', first?.account ?? '')).stdout).toBe(
      await tokenOf(first?.provider ?? ''),
    );
  });

  it('are signed out one at a time', async () => {
    expect((await line.run('logout', 'work')).exitCode).toBe(0);
    expect((await signedIn()).map(({ provider }) => provider)).toEqual(['work-admin']);
    expect(errorOf(await line.run('token', 'work', '--json')).code).toBe('login_required');
  });

  it('replace their own account and no other at the next sign-in', async () => {
    const admin = await tokenOf('work-admin');
    const before = await tokenOf('work');
    expect(await signIn('work')).toBe(0);
    expect(await tokenOf('work')).not.toBe(before);
    expect(await tokenOf('work-admin')).toBe(admin);
    expect(await signedIn()).toHaveLength(2);
  });
});
