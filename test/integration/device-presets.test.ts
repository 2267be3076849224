import { beforeEach, describe, expect, it } from 'vitest';
import { closeAfterTest } from '../support/close-after-test.ts';
import { errorOf } from '../support/command-line.ts';
import { openPlayedCommandLine, type PlayedCommandLine } from '../support/played-command-line.ts';
import { openQuirkyServer, type QuirkyServer } from '../support/quirky-server.ts';

let server: QuirkyServer;
let line: PlayedCommandLine;

beforeEach(async () => {
  server = closeAfterTest(await openQuirkyServer());
  line = closeAfterTest(openPlayedCommandLine(server));
});

describe('a provider without the device grant', () => {
  it('is refused before anything is asked for, sent or registered', async () => {
    const outcome = await line.runAtTerminal([], 'x', '--device', '--json');
    expect(errorOf(outcome)).toMatchObject({
      code: 'config_no_device_grant',
      message: 'X does not offer the device grant',
      exit_code: 3,
    });
    expect(line.asked).toEqual([]);
    expect(server.requests).toEqual([]);
  });
});

describe('what providers NAME says about --device', () => {
  it.each([
    ['github', 'yes, without a client secret', 'Enable Device Flow'],
    ['google', 'yes, with the client secret', 'TVs and Limited Input devices'],
    ['facebook', 'yes, with the Client token', 'Login from Devices'],
    ['gitlab', 'yes, without a client secret', 'GitLab 17.2'],
    ['microsoft', 'yes, without a client secret', 'Allow public client flows'],
    ['twitch', 'yes, without a client secret', '"Public"'],
  ])('%s: %s', async (name, offered, step) => {
    const { stdout } = await line.run('providers', name);
    expect(stdout).toMatch(new RegExp(`^  device grant +${offered}$`, 'm'));
    expect(stdout.slice(stdout.indexOf('To sign in with --device:'))).toContain(step);
    const document = JSON.parse((await line.run('providers', name, '--json')).stdout);
    expect(document.device.offered).toBe(true);
    expect(document.device.steps.length).toBeGreaterThan(0);
  });

  it('x: not offered', async () => {
    const { stdout } = await line.run('providers', 'x');
    expect(stdout).toMatch(/^ {2}device grant +not offered$/m);
    expect(stdout).not.toContain('--device');
  });

  it('any issuer: nothing that is not known', async () => {
    const { stdout } = await line.run('providers', 'https://sso.example.com', '--json');
    expect(JSON.parse(stdout).device).toEqual({ offered: null, steps: [] });
  });
});
