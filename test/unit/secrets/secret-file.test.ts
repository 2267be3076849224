import { execFileSync } from 'node:child_process';
import {
  closeSync,
  constants,
  createWriteStream,
  mkdtempSync,
  openSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AbortedError } from '../../../src/ground/errors.ts';
import { systemClock } from '../../../src/host/clock.ts';
import { readSecretFile, readSecretText } from '../../../src/secrets/secret-file.ts';
import { type FakeContext, fakeContext } from '../../support/fake-context.ts';

let directory: string;
let opened: number[];
let fake: FakeContext;
const source = { what: 'the private key', flag: '--key-file' };

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'oauth-login-secret-'));
  opened = [];
  fake = fakeContext({ sleeps: 'pass' });
});
afterEach(async () => {
  for (const descriptor of opened) {
    closeSync(descriptor);
  }
  rmSync(directory, { recursive: true, force: true });
  await fake.remove();
});

function fifo(): string {
  const path = join(directory, 'fifo');
  execFileSync('mkfifo', ['-m', '600', path]);
  return path;
}

/** A pipe that is open already, as a shell hands it over for `<(command)`, and where to write into it. */
function openPipe() {
  const writer = fifo();
  const descriptor = openSync(writer, constants.O_RDONLY | constants.O_NONBLOCK);
  opened.push(descriptor);
  return { path: `/dev/fd/${descriptor}`, writer };
}

function file(content: string): string {
  const path = join(directory, 'file');
  writeFileSync(path, content, { mode: 0o600 });
  return path;
}

/** With time that passes as it does. */
const waiting = () => ({ ...fake.context, clock: systemClock });

it('passes over a byte order mark in front of a secret', async () => {
  expect((await readSecretFile(file('\ufeffs3cret\r\n'), fake.context)).reveal()).toBe('s3cret');
  expect(await readSecretText(file('\ufeff{"kty":"RSA"}'), fake.context, source)).toBe('{"kty":"RSA"}');
});

describe('a secret in a pipe', () => {
  it('says what it waits for at a terminal, and nothing of the secret', async () => {
    for (const isTTY of [true, false]) {
      const said: string[] = [];
      const stdin = {
        isTTY,
        async *[Symbol.asyncIterator]() {
          yield 's3cret\n';
        },
      };
      const stderr = { write: (text: string) => void said.push(text) };
      const context = { ...fake.context, stdin, stderr };
      expect((await readSecretFile('-', context)).reveal()).toBe('s3cret');
      expect(said).toEqual(
        isTTY
          ? [
              'oauth-login: type or paste the client secret, which the terminal shows, then press Enter and Ctrl-D (Ctrl-C stops)\n',
            ]
          : [],
      );
    }
  });

  it('with a name is refused, and not read (T11)', async () => {
    const path = fifo();
    await expect(readSecretText(path, fake.context, source)).rejects.toMatchObject({
      code: 'store_permissions',
      message: `${path} is a pipe`,
    });
    expect(fake.clock.sleeps).toEqual([]);
  });

  it('is read in all its pieces, until its writer closes it', async () => {
    const pipe = openPipe();
    const text = readSecretText(pipe.path, waiting(), source);
    const writer = createWriteStream(pipe.writer);
    writer.write('first\n');
    setTimeout(() => writer.end('second\n'), 50);
    expect(await text).toBe('first\nsecond\n');
  });

  it('that nobody writes is given up after a minute, naming the place', async () => {
    const { path } = openPipe();
    await expect(readSecretText(path, fake.context, source)).rejects.toMatchObject({
      code: 'config_invalid_value',
      message: `${path} has not ended within 60 seconds`,
      hint: expect.stringContaining('--key-file FILE'),
    });
    expect(fake.clock.sleeps).toEqual([60_000]);
  });

  it('that never ends is read up to the limit only, and refused', async () => {
    const pipe = openPipe();
    const secret = readSecretFile(pipe.path, waiting());
    const writer = createWriteStream(pipe.writer).on('error', () => {});
    writer.write('x'.repeat(200_000));
    await expect(secret).rejects.toThrow('does not hold a secret');
    writer.destroy();
  });

  it('is not waited for after Ctrl-C', async () => {
    const context = fakeContext();
    const text = readSecretText(openPipe().path, context.context, source);
    setTimeout(() => context.interrupt(), 50);
    await expect(text).rejects.toThrow(AbortedError);
    await context.remove();
  });
});

describe('a secret in a file', () => {
  it.each(['/dev/zero', '/dev/full'])('is not looked for in %s, which never ends', async (path) => {
    await expect(readSecretFile(path, fake.context)).rejects.toMatchObject({ code: 'config_invalid_value' });
  });

  it('is empty in /dev/null', async () => {
    await expect(readSecretFile('/dev/null', fake.context)).rejects.toThrow('is empty');
  });

  it.each([65_536, 65_537])('has at most 65536 bytes: %i', async (length) => {
    const text = readSecretText(file('x'.repeat(length)), fake.context, source);
    if (length === 65_536) {
      expect(await text).toHaveLength(length);
    } else {
      await expect(text).rejects.toThrow('does not hold a secret');
    }
  });
});
