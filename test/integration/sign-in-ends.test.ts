import { describe, expect } from 'vitest';
import { readPeriod } from '../../src/settings/seconds.ts';
import { it, line, server } from '../support/ada-signs-in.ts';
import { errorOf } from '../support/command-line.ts';
import { writeConfiguration } from '../support/configuration-file.ts';
import { signInAt } from '../support/sign-in.ts';

const DAY = 86_400;
const life = (days: number) =>
  server.rewriteReply('token', (body) => ({ ...body, refresh_token_expires_in: days * DAY }));
const account = async () => JSON.parse((await line.run('status', '--json')).stdout).accounts[0];

describe('a sign-in that ends whatever happens', () => {
  it('is shown by status and token, before and after a refresh', async () => {
    life(5);
    await signInAt(server, line);
    expect((await account()).refresh_token_expires_in / DAY).toBeCloseTo(5, 1);
    expect((await line.run('status')).stdout).toMatch(
      /sign-in: +ends in 4 days, unless a refresh prolongs it\n/,
    );
    life(9);
    const refreshed = JSON.parse((await line.run('token', '--refresh', '--json')).stdout);
    expect((Date.parse(refreshed.refresh_token_expires_at) - Date.now()) / 1000 / DAY).toBeCloseTo(9, 1);
    server.restore();
    // Another refresh token, of which nothing is known.
    await line.run('token', '--refresh');
    expect((await account()).refresh_token_expires_at).toBeNull();
    life(9);
    await line.run('token', '--refresh');
    const { refresh_token_expires_at: end } = await account();
    // The same refresh token goes on.
    server.rewriteReply('token', ({ refresh_token: _same, ...body }) => body);
    const { exitCode } = await line.run('token', '--refresh');
    expect([exitCode, (await account()).refresh_token_expires_at]).toEqual([0, end]);
  });

  it('ends --check-expiry with exit code 4 when that is soon, for cron', async () => {
    life(2);
    await signInAt(server, line);
    const soon = await line.run('status', '--check-expiry', '3d');
    expect([soon.exitCode, soon.stdout]).toEqual([4, expect.stringContaining('sign-in:   ends in')]);
    const { refresh_token_expires_at: end } = await account();
    const told = `${end.replace('T', ' ').slice(0, 16)} UTC`;
    expect(soon.stderr).toMatch(new RegExp(`:ada ends at ${told}`));
    expect(errorOf(await line.run('status', '--check-expiry', '3d', '--json'))).toMatchObject({
      code: 'sign_in_ends',
      exit_code: 4,
      hint: expect.stringContaining(`sign in again with: oauth-login ${server.issuer}`),
    });
    expect((await line.run('status', '--check-expiry', '1d')).exitCode).toBe(0);
    // The access token ends sooner, and is refreshed.
    expect((await line.run('status', '--check-expiry', '2h')).exitCode).toBe(0);
  });

  it('counts by its access token where there is no refresh token, and not where no end is known', async () => {
    await signInAt(server, line, '--no-offline-access');
    expect((await line.run('status', '--check-expiry', '3d')).exitCode).toBe(4);
    expect((await line.run('status', '--check-expiry', '0')).exitCode).toBe(0);
    await signInAt(server, line);
    expect((await line.run('status', '--check-expiry', '520w')).exitCode).toBe(0);
  });

  it('is known from a provider file where the server says nothing', async () => {
    const file = JSON.parse((await line.run('providers', 'export', 'box')).stdout);
    expect(file.refresh_token_days).toBe(60);
    writeConfiguration(line, {
      providers: { acme: { issuer: server.issuer, client_id: server.clientId, refresh_token_days: 30 } },
    });
    await line.run('acme', '--allow-http-loopback');
    expect((await account()).refresh_token_expires_in / DAY).toBeCloseTo(30, 1);
    const first = (await account()).refresh_token_expires_at;
    await line.run('token', 'acme', '--refresh');
    expect(Date.parse((await account()).refresh_token_expires_at)).toBeGreaterThan(Date.parse(first));
  });
});

describe('a time on the command line', () => {
  it('is a number with a unit', () => {
    expect(['3d', '12h', '30m', '90s', '90', '1w', '0'].map((text) => readPeriod('--x', text))).toEqual([
      259_200, 43_200, 1800, 90, 90, 604_800, 0,
    ]);
    for (const text of ['', 'd', '-1d', '3 d', '1.5h', '3y', '9999999w']) {
      expect(() => readPeriod('--x', text)).toThrow('--x takes a time such as 3d, 12h or 30m');
    }
  });
});
