import { connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, vi } from 'vitest';
import { AbortedError, findAccount, type SignInEvent, signIn, UsageError } from '../../src/api.ts';
import { it, line, server } from '../support/ada-signs-in.ts';
import { openLibraryCaller } from '../support/library-caller.ts';

let unhandled: unknown[];
const note = (reason: unknown) => void unhandled.push(reason);

beforeEach(() => {
  unhandled = [];
  process.on('unhandledRejection', note);
});

afterEach(() => {
  process.off('unhandledRejection', note);
  expect(unhandled).toEqual([]);
});

/** Whether somebody listens at that port of the loopback interface. */
function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve(true);
    }).on('error', () => resolve(false));
  });
}

function portOf(events: readonly SignInEvent[]): number {
  const shown = events.find(({ event }) => event === 'authorization_url');
  return shown?.event === 'authorization_url' ? Number(new URL(shown.redirect_uri).port) : Number.NaN;
}

describe('a sign-in that is stopped by a signal', () => {
  it('does not begin when the signal is aborted already', async () => {
    const { options, events } = openLibraryCaller(server, line.directory);
    const reason = new Error('enough');
    const before = server.requests.length;
    const refused = signIn(server.issuer, { ...options, signal: AbortSignal.abort(reason) });
    await expect(refused).rejects.toMatchObject({ code: 'aborted', cause: reason });
    expect(events).toEqual([]);
    expect(server.requests).toHaveLength(before);
  });

  it.for([
    ['at the discovery', 'discovery'],
    ['at the exchange of the code', 'token'],
    ['at the profile', 'userinfo'],
  ] as const)('%s ends with the reason as its cause, and leaves no listener', async ([_, endpoint]) => {
    const { options, events } = openLibraryCaller(server, line.directory);
    const stop = new AbortController();
    server.breakEndpoint(endpoint, { kind: 'late', milliseconds: 60_000 });
    const before = server.hits(endpoint);
    const sign = signIn(server.issuer, { ...options, signal: stop.signal });
    const ended = expect(sign).rejects.toMatchObject({ name: 'AbortedError', cause: 'enough' });
    await expect.poll(() => server.hits(endpoint)).toBeGreaterThan(before);
    stop.abort('enough');
    await ended;
    expect(events.at(-1)).toMatchObject({ event: 'error', code: 'aborted', exit_code: 130 });
    if (endpoint !== 'discovery') {
      expect(await isListening(portOf(events))).toBe(false);
    }
    expect(await findAccount(server.issuer)).toBeUndefined();
  });

  it('while it waits for the person ends at once, and its signal is let go', async () => {
    const { options, events } = openLibraryCaller(server, line.directory);
    const stop = new AbortController();
    const remove = vi.spyOn(stop.signal, 'removeEventListener');
    const show = (event: SignInEvent) => {
      events.push(event);
      if (event.event === 'waiting') {
        stop.abort();
      }
    };
    const sign = signIn(server.issuer, { ...options, show, signal: stop.signal });
    await expect(sign).rejects.toThrow(AbortedError);
    expect(await isListening(portOf(events))).toBe(false);
    expect(remove).toHaveBeenCalled();
  });

  it('leaves an account that is used after its signal was aborted', async () => {
    const { options } = openLibraryCaller(server, line.directory);
    const stop = new AbortController();
    const account = await signIn(server.issuer, { ...options, signal: stop.signal });
    stop.abort();
    await expect(account.token()).resolves.toMatchObject({ expiresAt: expect.any(Date) });
  });
});

describe('a function show that throws', () => {
  it.for(['authorization_url', 'waiting', 'signed_in'] as const)(
    'ends the sign-in at the event %s with its own error, and is told no more',
    async (name) => {
      const { options, events } = openLibraryCaller(server, line.directory);
      const mine = new TypeError('mine');
      const show = (event: SignInEvent) => {
        options.show?.(event);
        if (event.event === name) {
          throw mine;
        }
      };
      await expect(signIn(server.issuer, { ...options, show })).rejects.toBe(mine);
      expect(events.at(-1)?.event).toBe(name);
      expect(await isListening(portOf(events))).toBe(false);
    },
  );

  it('later, since it is asynchronous, ends the sign-in too', async () => {
    const { options } = openLibraryCaller(server, line.directory);
    const mine = new TypeError('mine');
    const show = async (event: SignInEvent) => {
      if (event.event === 'waiting') {
        throw mine;
      }
    };
    await expect(signIn(server.issuer, { ...options, show })).rejects.toBe(mine);
  });

  it('at the last event of a failed sign-in is what the caller gets', async () => {
    const { options } = openLibraryCaller(server, line.directory);
    const mine = new TypeError('mine');
    server.breakEndpoint('discovery', { kind: 'html', status: 500 });
    const show = () => {
      throw mine;
    };
    await expect(signIn(server.issuer, { ...options, show })).rejects.toBe(mine);
  });
});

describe('hostile options', () => {
  it('are read once, whatever they answer later', async () => {
    const { options } = openLibraryCaller(server, line.directory);
    const reads: string[] = [];
    const changing = new Proxy(
      { ...options },
      {
        get(target, name, receiver) {
          const isFirst = !reads.includes(String(name));
          reads.push(String(name));
          return isFirst ? Reflect.get(target, name, receiver) : 'another client';
        },
      },
    );
    await signIn(server.issuer, changing);
    expect(reads.toSorted()).toEqual(Object.keys(options).toSorted());
    expect(server.requestsTo('token').at(-1)?.form.get('client_id')).toBe(server.clientId);
  });

  it('that throw are an error of the caller', async () => {
    const { options } = openLibraryCaller(server, line.directory);
    const mine = new RangeError('mine');
    const throwing = new Proxy(options, {
      ownKeys: () => {
        throw mine;
      },
    });
    await expect(signIn(server.issuer, throwing)).rejects.toBe(mine);
  });

  it.for([
    ['a misspelt name', { clientID: 'x' }, /did you mean clientId/],
    ['a value of another kind', { scopes: 'openid' }, /scopes of signIn takes a list of texts/],
    ['a list with something else in it', { scopes: ['openid', 7] }, /scopes/],
    ['no object', 'github', /not an object/],
    ['a time that is too long', { timeout: 1e9 }, /1 to 3600/],
    ['a name that leads out of the directory', { name: '../acme' }, /name of your program/],
    ['a name with a dot at its end', { name: 'acme.' }, /name of your program/],
    ['a name of a device of Windows', { name: 'NUL' }, /name of your program/],
    ['a parameter of this tool', { parameters: { state: 'x' } }, /state/],
    ['a signal that is none', { signal: {} }, /AbortSignal/],
  ] as const)('with %s are refused before anything happens', async ([_, wrong, words]) => {
    openLibraryCaller(server, line.directory);
    const refused = signIn(server.issuer, wrong as object);
    await expect(refused).rejects.toThrow(UsageError);
    await expect(refused).rejects.toThrow(
      expect.objectContaining({ message: expect.any(String), exitCode: 2 }),
    );
    await expect(
      refused.catch(({ message, hint }) => {
        throw new Error(`${message}: ${hint}`);
      }),
    ).rejects.toThrow(words);
  });

  it.for([undefined, '', 7, null])('with the target %s are refused', async (target) => {
    openLibraryCaller(server, line.directory);
    await expect(signIn(target as string)).rejects.toMatchObject({ code: 'usage_invalid' });
  });
});

describe('a sign-in where nobody is', () => {
  it('ends at once, and names the option that shows it to a person', async () => {
    const { options } = openLibraryCaller(server, line.directory, { CI: 'true' });
    const sign = signIn(server.issuer, options);
    await expect(sign).rejects.toMatchObject({ code: 'person_required', exitCode: 4 });
    await expect(sign).rejects.toMatchObject({ hint: expect.stringContaining('show') });
  });
});
