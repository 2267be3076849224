import {
  chmodSync,
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { keepTokenFile } from '../../../src/access/kept-token-file.ts';
import type { TokenReader, TokenToHold } from '../../../src/access/token-to-hold.ts';
import {
  AuthenticationRequiredError,
  NetworkError,
  type OAuthLoginError,
} from '../../../src/ground/errors.ts';
import { Secret } from '../../../src/ground/secret.ts';
import { openTokenFile } from '../../../src/secrets/token-file.ts';

const START = Date.parse('2026-11-29T12:00:00Z');

function place(): string {
  const directory = mkdtempSync(join(tmpdir(), 'token-file-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  return join(directory, 'token');
}

/** Opens the file, with a data directory next to it. */
function open(path: string) {
  const dataDir = join(dirname(path), 'data');
  return openTokenFile(path, '--token-file FILE', { dataDir });
}

/** The records of what was written. */
const records = (path: string) => readdirSync(join(dirname(path), 'data', 'token-files'));

/** A clock that goes on when it is told to, and whose wall time may go further. */
function openClock() {
  let wall = START;
  let waiting: { readonly milliseconds: number; readonly wake: () => void } | undefined;
  let paused = () => {};
  const clock = {
    now: () => new Date(wall),
    monotonic: () => 0,
    sleep: (milliseconds: number, signal?: AbortSignal) =>
      new Promise<void>((resolve, reject) => {
        waiting = { milliseconds, wake: resolve };
        paused();
        signal?.addEventListener('abort', () => reject(signal.reason));
      }),
  };
  /** Ends the pause; `asleep` is for how many seconds the machine slept besides. Resolves at the next pause. */
  const goOn = async (asleep = 0): Promise<number> => {
    const { milliseconds, wake } = waiting ?? { milliseconds: 0, wake: () => {} };
    wall += milliseconds + asleep * 1000;
    waiting = undefined;
    const nextPause = new Promise<void>((resolve) => {
      paused = resolve;
    });
    wake();
    await nextPause;
    return milliseconds;
  };
  return { clock, goOn };
}

/** A server whose tokens live for so many seconds, and a store that hands out the last one while it is good. */
function openTokens(life: number, now: () => Date) {
  let count = 0;
  let latest: TokenToHold | undefined;
  const issue = () => {
    count += 1;
    latest = {
      token: new Secret(`token-${count}`),
      issuedAt: now(),
      expiresAt: new Date(now().getTime() + life * 1000),
    };
    return latest;
  };
  let failure: OAuthLoginError | undefined;
  const read: TokenReader = async (minValiditySeconds) => {
    if (failure !== undefined) {
      throw failure;
    }
    const left = (Number(latest?.expiresAt) - now().getTime()) / 1000;
    return latest === undefined || left < minValiditySeconds ? issue() : latest;
  };
  return {
    read,
    issue,
    count: () => count,
    fail: (error: OAuthLoginError | undefined) => {
      failure = error;
    },
  };
}

async function begin(life: number) {
  const path = place();
  const { clock, goOn } = openClock();
  const tokens = openTokens(life, clock.now);
  const notes: string[] = [];
  const kept = await keepTokenFile(
    open(path),
    tokens.read,
    60,
    { failed: ({ code }) => notes.push(code), recovered: () => notes.push('recovered') },
    clock,
  );
  const content = () => readFileSync(path, 'utf8');
  return { path, clock, goOn, tokens, notes, kept, content };
}

describe('a token file that is kept', () => {
  it.each([3_600, 600, 40])('never holds a token that has ended: one that lives for %i s', async (life) => {
    const { path, clock, goOn, content, kept, tokens } = await begin(life);
    expect([content(), statSync(path).mode & 0o777]).toEqual(['token-1', 0o600]);
    for (let renewals = 0; tokens.count() < 4; renewals += 1) {
      const issued = await tokens.read(0);
      expect(content()).toBe(issued.token.reveal());
      expect(Number(issued.expiresAt)).toBeGreaterThan(clock.now().getTime());
      await goOn();
      expect(renewals).toBeLessThan(2_000);
    }
    await kept.end();
    expect(() => content()).toThrow('ENOENT');
  });

  it('does not ask more often than tokens end', async () => {
    const { clock, goOn, tokens, kept } = await begin(3_600);
    while (clock.now().getTime() < START + 10 * 3_600_000) {
      await goOn();
    }
    expect(tokens.count()).toBeLessThanOrEqual(12);
    await kept.end();
  });

  it('is fresh a moment after the machine has slept for a night', async () => {
    const { goOn, content, kept } = await begin(3_600);
    expect(await goOn(8 * 3_600)).toBeLessThanOrEqual(15_000);
    expect(content()).toBe('token-2');
    await kept.end();
  });

  it('holds the token that another process has got, and is written again when it was changed or removed', async () => {
    const { path, goOn, content, tokens, kept } = await begin(3_600);
    tokens.issue();
    await goOn();
    expect(content()).toBe('token-2');
    writeFileSync(path, 'something else');
    await goOn();
    expect(content()).toBe('token-2');
    rmSync(path);
    await goOn();
    expect(content()).toBe('token-2');
    await kept.end();
  });

  it('is told of a failure once, tried again and told of the end of it', async () => {
    const { goOn, content, tokens, notes, kept } = await begin(600);
    tokens.fail(new NetworkError('network_unreachable', 'no network', { hint: 'wait' }));
    await goOn(500);
    await goOn();
    expect(notes).toEqual(['network_unreachable']);
    tokens.fail(new AuthenticationRequiredError('refresh_rejected', 'it ended', { hint: 'sign in' }));
    await goOn();
    expect(notes).toEqual(['network_unreachable', 'refresh_rejected']);
    expect(content()).toBe('token-1');
    tokens.fail(undefined);
    await goOn();
    expect(notes.at(-1)).toBe('recovered');
    expect(content()).toBe('token-2');
    await kept.end();
  });

  it('stays when somebody put something else there', async () => {
    const { path, kept, content } = await begin(3_600);
    writeFileSync(path, 'of somebody else');
    await kept.end();
    expect(content()).toBe('of somebody else');
  });
});

describe('T40 the place of a token file', () => {
  it.each<[string, (path: string) => void]>([
    ['of more than one word', (path) => writeFileSync(path, 'Host work\n  User ada\n')],
    ['that is a link', (path) => symlinkSync('/etc/hostname', path)],
    ['that is a directory', (path) => symlinkSync('.', path)],
    ['of one word, which may be a password', (path) => writeFileSync(path, 'hunter2')],
    ['of a version', (path) => writeFileSync(path, '1.2.3\n')],
    ['that is empty', (path) => writeFileSync(path, '')],
  ])('is not a file %s', (_what, make) => {
    const path = place();
    make(path);
    const look = ({ ino, size, mtimeMs } = lstatSync(path)) => [ino, size, mtimeMs];
    const before = look();
    expect(() => open(path)).toThrow('the token is not written to');
    expect(look()).toEqual(before);
  });

  it('is not a file that came there before the first token did', () => {
    const path = place();
    const file = open(path);
    writeFileSync(path, 'of the user');
    expect(() => file.hold(new Secret('token'))).toThrow('this tool did not write what it holds');
    file.remove();
    expect(readFileSync(path, 'utf8')).toBe('of the user');
  });

  it('is no longer its own when somebody has changed it', () => {
    const path = place();
    open(path).hold(new Secret('old.token'));
    writeFileSync(path, 'of the user');
    expect(() => open(path)).toThrow(
      expect.objectContaining({ code: 'config_write_failed', hint: expect.stringContaining(`rm ${path}`) }),
    );
    expect(readFileSync(path, 'utf8')).toBe('of the user');
  });

  it('leaves no token in the record, and no record when it is removed', () => {
    const path = place();
    const file = open(path);
    file.hold(new Secret('one.token'));
    file.hold(new Secret('two.token'));
    const [name = '', ...others] = records(path);
    expect(others).toEqual([]);
    expect(readFileSync(join(dirname(path), 'data', 'token-files', name), 'utf8')).not.toContain('.token');
    file.remove();
    expect(records(path)).toEqual([]);
  });

  it('may hold what an earlier run left, which others could read', () => {
    const path = place();
    open(path).hold(new Secret('old.token'));
    chmodSync(path, 0o644);
    const file = open(path);
    file.hold(new Secret('new.token'));
    expect([readFileSync(path, 'utf8'), statSync(path).mode & 0o777]).toEqual(['new.token', 0o600]);
    file.remove();
    expect(() => statSync(path)).toThrow('ENOENT');
  });
});
