import { createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { aligned, signature, string, uint32 } from '../../../src/adapters/d-bus-message.ts';
import { openUnlockedKeyring } from '../../../src/adapters/secret-service.ts';
import { temporaryDirectory } from '../../support/programs.ts';

let directory: ReturnType<typeof temporaryDirectory>;
let server: Server | undefined;

beforeEach(() => {
  directory = temporaryDirectory();
});
afterEach(() => {
  server?.close();
  server = undefined;
  directory.remove();
});

/** A bus that says the parts one after the other, each once it was spoken to again, and short ones in pieces. */
async function read(parts: readonly string[], deadline = 60_000, said: string[] = []): Promise<string> {
  const left = [...parts];
  return readFrom(
    await listen(async (socket, words) => {
      said.push(words);
      const part = left.shift() ?? '';
      const pieces = part.length > 2_000 ? [part] : (part.match(/[\s\S]{1,37}/g) ?? []);
      for (const piece of pieces) {
        socket.write(piece, 'latin1');
        await new Promise(setImmediate);
      }
    }),
    deadline,
  );
}

async function listen(answer: (socket: Socket, words: string) => unknown): Promise<string> {
  const path = join(directory.path, 'bus');
  server = createServer((socket) => {
    socket.on('error', () => {});
    socket.on('data', (words) => answer(socket, words.toString('latin1')));
  });
  await new Promise<void>((resolve) => server?.listen(path, resolve));
  return path;
}

async function readFrom(path: string, deadline = 60_000): Promise<string> {
  const keyring = await openUnlockedKeyring(path, 'a service', deadline);
  return keyring.read('an account');
}

const OK = 'OK 0123456789abcdef\r\n';
const SESSION = '/org/freedesktop/secrets/session/s1';
const ITEM = '/org/freedesktop/secrets/collection/login/1';

/** A reply as the bus sends it; `type` 3 is an error. */
function reply(serial: number, bodySignature: string, body: string, type = 2, more = ''): string {
  const fields = `${more}${aligned(`\x05${signature('u')}${uint32(serial)}`, 8)}\x08${signature('g')}${signature(bodySignature)}`;
  const head = `l${String.fromCharCode(type)}\0\x01${uint32(body.length)}${uint32(99)}${uint32(fields.length)}${fields}`;
  return aligned(head, 8) + body;
}

const paths = (...texts: string[]) => {
  const list = texts.reduce((laid, text) => aligned(laid, 4) + string(text), '');
  return uint32(list.length) + list;
};
const hello = reply(1, 's', string(':1.7'));
const alias = reply(2, 'o', string('/'));
const greeting = OK + hello + alias;
const session = reply(3, 'vo', aligned(signature('s'), 4) + aligned(string(''), 4) + string(SESSION));
const searched = (serial: number, items: string[]) =>
  reply(serial, 'aoao', aligned(paths(...items), 4) + paths());
const found = (...items: string[]) => searched(4, items);
const narrowed = (...items: string[]) => searched(6, items);
const secret = (value: string) =>
  reply(
    5,
    '(oayays)',
    aligned(string(SESSION), 4) + uint32(0) + aligned(uint32(value.length) + value, 4) + string('text/plain'),
  );

describe('the value of an unlocked item', () => {
  it.each([
    ['one', session + found(ITEM)],
    ['the other', found(ITEM) + session],
  ])('comes in whatever pieces the bus sends it, in %s order', async (_, replies) => {
    expect(await read([greeting, replies, secret('a value')])).toBe('a value');
  });

  it('is not asked for before the keyring has answered a call that needs nobody to be known', async () => {
    const said: string[] = [];
    await read([greeting, session + found(ITEM), secret('a value')], 5_000, said);
    expect(said[0]).toContain('ReadAlias');
    expect(said[0]).not.toMatch(/OpenSession|SearchItems|GetSecret/);
    expect(said[1]).toMatch(/OpenSession.*SearchItems/s);
  });

  it('is not asked for at all where that answer does not come', async () => {
    const said: string[] = [];
    await expect(read([OK + hello], 100, said)).rejects.toThrow('took too long');
    expect(said).toHaveLength(1);
  });

  it('is that of the account, where the service has several', async () => {
    const other = `${ITEM}0`;
    const parts = [greeting, session + found(other, ITEM), narrowed(ITEM), secret('a value')];
    const said: string[] = [];
    expect(await read(parts, 5_000, said)).toBe('a value');
    expect(said[1]).toContain('a service');
    expect(said[1]).not.toContain('an account');
    expect(said[2]).toContain('an account');
    expect(said[3]).toContain(`${ITEM}\0`);
    expect(said[3]).not.toContain(other);
  });

  it('is found behind signals and replies that nobody asked for', async () => {
    const signal = reply(0, 's', string('org.freedesktop.DBus'), 4);
    expect(
      await read([
        OK + hello + signal + alias,
        found(ITEM) + reply(77, '', '') + session,
        signal + secret('x'),
      ]),
    ).toBe('x');
  });
});

describe('T38 whatever is out of the ordinary ends the look into the keyring', () => {
  it.each<[string, RegExp, string[]]>([
    ['the bus refuses', /the bus refused/, ['REJECTED EXTERNAL\r\n']],
    ['there is no such service', /another answer/, [OK + hello + reply(2, 's', string('none'), 3)]],
    ['there is no session', /another answer/, [greeting, reply(3, 's', string('none'), 3)]],
    ['nothing is found', /not exactly one/, [greeting, session + found()]],
    [
      'two items of the account are found',
      /not exactly one/,
      [greeting, session + found(ITEM, ITEM), narrowed(ITEM, ITEM)],
    ],
    [
      "none of two items is the account's",
      /not exactly one/,
      [greeting, session + found(ITEM, ITEM), narrowed()],
    ],
    ['a reply of another shape', /another answer/, [greeting, reply(4, 'as', paths(ITEM))]],
    ['a message in another byte order', /not a message/, [OK + hello.replace('l', 'B')]],
    ['a message of another version', /not a message/, [`${OK}l\x02\0\x02${'\0'.repeat(12)}`]],
    ['a list that is longer than its message', /range|bounds/, [greeting, reply(4, 'aoao', uint32(4_000))]],
    [
      'a text that is longer',
      /ends too early/,
      [greeting, reply(4, 'aoao', uint32(8) + uint32(4_000_000_000))],
    ],
    [
      'a header field that is longer than the header',
      /ends too late/,
      [greeting, reply(4, 'aoao', paths(ITEM), 2, `\x01${signature('o')}${uint32(900)}${'x'.repeat(8)}`)],
    ],
    [
      'a header field of a type that none has',
      /of another type/,
      [greeting, reply(4, 'aoao', paths(ITEM), 2, aligned(`\x01${signature('t')}`, 8))],
    ],
    [
      'a variant that holds no string',
      /not a string/,
      [greeting, reply(3, 'vo', aligned(signature('u') + uint32(7), 4) + string(SESSION))],
    ],
    [
      'endless replies',
      /too long a conversation/,
      [OK + reply(77, 's', string('x'.repeat(800))).repeat(100)],
    ],
    [
      'an endless message',
      /too long a conversation/,
      [`${OK}l\x02\0\x01${uint32(0xffff_ffff)}${'x'.repeat(70_000)}`],
    ],
  ])('%s', async (_, message, parts) => {
    await expect(read(parts)).rejects.toThrow(message);
  });

  it.each([
    ['from the start', ''],
    ['in the middle', OK + hello],
    ['before a session is open', greeting],
    ['within a message', (OK + hello).slice(0, -3)],
  ])('silence %s, after the deadline', async (_, part) => {
    await expect(read([part], 100)).rejects.toThrow('the keyring took too long');
  });

  it('a bus that is not there', async () => {
    await expect(readFrom(join(directory.path, 'none'))).rejects.toThrow('ENOENT');
  });

  it('a bus that goes away while nothing is asked of it', async () => {
    const keyring = await openUnlockedKeyring(
      await listen((socket) => socket.end(greeting)),
      'a service',
      5_000,
    );
    await new Promise((resolve) => setTimeout(resolve, 50));
    await expect(keyring.read('an account')).rejects.toThrow('the bus went away');
  });

  it.each([
    ['at once', ''],
    ['in the middle', OK],
  ])('a bus that goes away %s', async (_, words) => {
    await expect(readFrom(await listen((socket) => socket.end(words)))).rejects.toThrow('the bus went away');
  });
});
