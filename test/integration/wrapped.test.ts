import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { playUserAgent } from '../../src/demo/http-user-agent.ts';
import { type AuthorizationServer, startAuthorizationServer } from '../support/authorization-server.ts';
import { buildCommand, type CommandHome, openHome } from '../support/built-command.ts';
import { endOf } from '../support/bundled-script.ts';
import { type Program, startOf } from '../support/programs.ts';

let server: AuthorizationServer;
let command: Program;
let home: CommandHome;

beforeAll(async () => {
  [server, command] = await Promise.all([startAuthorizationServer(), buildCommand()]);
});
afterAll(async () => {
  command.remove();
  await server.close();
});
beforeEach(() => {
  home = openHome(command);
});
afterEach(() => home.close());

type Event = Readonly<Record<string, unknown>> & { readonly event: string };

/** The command as a program runs it: three pipes, no browser, no terminal; each event is told as it comes. */
async function wrap(flags: readonly string[], told: (event: Event) => void, env: object = {}) {
  const { BROWSER: _, ...environment } = home.environment;
  const args = [server.issuer, '--client-id', server.clientId, '--allow-http-loopback', ...flags];
  const child = spawn(...startOf(command, args), {
    cwd: home.home,
    env: { ...environment, ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const watchdog = setTimeout(() => child.kill('SIGKILL'), 180_000);
  const events: Event[] = [];
  createInterface({ input: child.stderr }).on('line', (text) => {
    const event = JSON.parse(text);
    events.push(event);
    told(event);
  });
  const { code, stdout } = await endOf(child);
  clearTimeout(watchdog);
  return { code, stdout, events, names: events.map(({ event }) => event) };
}

const visit = (address: unknown) => void playUserAgent(String(address), { user: 'ada', consent: true });

describe('a program that wraps the sign-in, with three pipes', () => {
  it.each([[['--events']], [['--json', '--events']]])(
    'is told where to send the person (%j)',
    async (flags) => {
      const { code, stdout, names } = await wrap([...flags, '--no-browser'], ({ event, url }) => {
        if (event === 'authorization_url') {
          visit(url);
        }
      });
      expect([code, names]).toEqual([0, ['authorization_url', 'waiting', 'signed_in']]);
      expect(JSON.parse(stdout)).toMatchObject({ profile: { preferred_username: 'ada' }, store: 'file' });
    },
  );

  it('is told which code the person has to enter, with --device', async () => {
    const { code, stdout, names } = await wrap(['--events', '--device'], (event) => {
      if (event.event === 'user_code') {
        visit(`${event.verification_uri}?user_code=${event.user_code}`);
      }
    });
    expect([code, names]).toEqual([0, ['user_code', 'waiting', 'signed_in']]);
    expect(JSON.parse(stdout)).toMatchObject({ profile: { preferred_username: 'ada' } });
  });

  it('ends the wait with --timeout, and is told why', async () => {
    const { code, stdout, events } = await wrap(['--events', '--device', '--timeout', '1'], () => {});
    expect([code, stdout]).toEqual([7, '']);
    expect(events).toMatchObject([
      { event: 'user_code', expires_in: 600 },
      { event: 'waiting', expires_in: 1 },
      { event: 'error', code: 'login_timeout', exit_code: 7 },
    ]);
  });

  it.each([
    ['in a job of a CI system', ['--events'], { CI: 'true' }],
    ['in a job of a CI system, with --device', ['--events', '--device'], { CI: '1' }],
  ])('is told at once that nobody is there %s', async (_where, flags, env) => {
    const { code, stdout, events } = await wrap(flags, () => {}, env);
    expect([code, stdout]).toEqual([4, '']);
    expect(events).toMatchObject([{ event: 'error', code: 'person_required', exit_code: 4 }]);
  });

  it('gets a wrong command line as an event as well', async () => {
    const { code, events } = await wrap(['--events', '--timeout', 'soon'], () => {});
    expect(code).toBe(2);
    expect(events).toMatchObject([{ event: 'error', code: 'usage_invalid', exit_code: 2 }]);
  });

  it('that reads no events is told to do so', async () => {
    const { BROWSER: _, ...env } = home.environment;
    const args = [server.issuer, '--client-id', server.clientId, '--allow-http-loopback'];
    const ended = await endOf(spawn(...startOf(command, args), { env, stdio: ['pipe', 'pipe', 'pipe'] }));
    expect(ended).toMatchObject({ code: 4, stdout: '' });
    expect(ended.stderr).toContain('--events');
  });
});
