import { connect } from 'node:net';
import {
  aligned,
  type MessageReader,
  type MethodCall,
  methodCallMessage,
  readMessage,
  signature,
  string,
  uint32,
} from './d-bus-message.ts';

/** What keytar puts a value under; ASCII. */
export interface SecretAttributes {
  readonly service: string;
  readonly account: string;
}

const SECRETS = { destination: 'org.freedesktop.secrets', path: '/org/freedesktop/secrets' };
/** Bytes; what is asked for has less than a tenth of it. */
const LONGEST_CONVERSATION = 65_536;
const LONGEST_CHUNK = 4096;

/** A keyring of the session that has been spoken to, and answers meanwhile. */
export interface UnlockedKeyring {
  /** The value of the only item with these attributes; once. Rejects unless it is there and unlocked. */
  read(attributes: SecretAttributes): Promise<string>;
}

/**
 * Begins to speak to the keyring of the session over the socket of its bus; all of it has `deadline` milliseconds.
 *
 * keytar takes much longer: it loads libsecret and all of GLib, and because a call of it that hangs would hold the
 * process, its bus goes through a relay (`session-bus.ts`). This asks for one value and waits in the event loop.
 * It never unlocks, prompts or starts anything: unless exactly one item is there and unlocked, it rejects, and
 * the way through keytar has to tell why.
 *
 * The bus takes its time over the first words. They are said before this resolves, so that whoever has something
 * else to do, such as to load what the attributes are made with, does it while the bus is at work.
 *
 * The value crosses the socket as it is (algorithm `plain`): whoever could listen there can ask the keyring as well.
 *
 * @see [Secret Service API](https://specifications.freedesktop.org/secret-service-spec/latest/)
 */
export function openUnlockedKeyring(socketPath: string, deadline: number): Promise<UnlockedKeyring> {
  return new Promise((resolveOpen, rejectOpen) => {
    let failure: Error | undefined;
    let rejectRead = (_: Error) => {};
    let resolveRead = (_: string) => {};
    const socket = connect({
      path: socketPath,
      onread: { buffer: Buffer.alloc(LONGEST_CHUNK), callback: take },
    });
    const fail = (error: Error) => {
      failure ??= error;
      clearTimeout(timer);
      socket.destroy();
      rejectOpen(failure);
      rejectRead(failure);
    };
    const timer = setTimeout(() => fail(new Error('the keyring took too long')), deadline);
    socket.on('error', fail);
    socket.on('close', () => fail(new Error('the bus went away')));
    socket.on('connect', () => {
      // As systemd does, it is said at once, without waiting for the replies in between.
      socket.write(authentication() + hello() + openSession(), 'latin1');
      resolveOpen({ read });
    });
    let received: Buffer = Buffer.alloc(0);
    let length = 0;
    let isAuthenticated = false;
    const found = { session: '', item: '' };

    function read(attributes: SecretAttributes): Promise<string> {
      return new Promise((resolve, reject) => {
        if (failure !== undefined) return reject(failure);
        resolveRead = resolve;
        rejectRead = reject;
        socket.write(searchItems(attributes), 'latin1');
      });
    }

    // Without a stream of chunks, which takes half a millisecond more to set up.
    function take(size: number, buffer: Uint8Array): boolean {
      length += size;
      received = Buffer.concat([received, buffer.subarray(0, size)]);
      try {
        if (length > LONGEST_CONVERSATION) throw new RangeError('too long a conversation');
        takeReplies();
      } catch (error) {
        fail(error instanceof Error ? error : new Error('a malformed message'));
      }
      return true;
    }

    function takeReplies(): void {
      if (!isAuthenticated) {
        const end = received.indexOf('\r\n');
        if (end < 0) return;
        if (received.toString('latin1', 0, 3) !== 'OK ') throw new Error('the bus refused');
        isAuthenticated = true;
        received = received.subarray(end + 2);
      }
      for (let message = readMessage(received); message !== undefined; message = readMessage(received)) {
        received = received.subarray(message.length);
        const expected = REPLIES.get(message.replySerial);
        if (expected === undefined) continue;
        if (!message.isReturn || message.signature !== expected) throw new Error('another answer');
        takeReply(message.replySerial, message.body);
      }
    }

    function takeReply(serial: number | undefined, body: MessageReader): void {
      if (serial === OPEN_SESSION) {
        body.stringVariant();
        found.session = body.string();
      }
      if (serial === SEARCH_ITEMS) found.item = onlyItem(body);
      if (serial === GET_SECRET) {
        clearTimeout(timer);
        // Not closed but let go: that is left to the end of the process, which is near.
        socket.unref();
        resolveRead(secretValue(body));
      } else if (found.session !== '' && found.item !== '') {
        socket.write(getSecret(found), 'latin1');
      }
    }
  });
}

// The serials of the calls, and the signatures of their replies.
const HELLO = 1;
const OPEN_SESSION = 2;
const SEARCH_ITEMS = 3;
const GET_SECRET = 4;
const REPLIES: ReadonlyMap<number | undefined, string> = new Map([
  [HELLO, 's'],
  [OPEN_SESSION, 'vo'],
  [SEARCH_ITEMS, 'aoao'],
  [GET_SECRET, '(oayays)'],
]);

/** D-Bus Specification, "Authentication Protocol". */
function authentication(): string {
  const uid = Buffer.from(String(process.geteuid?.())).toString('hex');
  return `\0AUTH EXTERNAL ${uid}\r\nBEGIN\r\n`;
}

function hello(): string {
  const bus = 'org.freedesktop.DBus';
  const path = '/org/freedesktop/DBus';
  return methodCallMessage(HELLO, { destination: bus, path, interface: bus, member: 'Hello' });
}

function openSession(): string {
  const body = aligned(string('plain') + signature('s'), 4) + string('');
  return methodCallMessage(OPEN_SESSION, { ...serviceCall('OpenSession'), signature: 'sv', body });
}

function searchItems({ service, account }: SecretAttributes): string {
  const entry = (name: string, value: string) => aligned(string(name), 4) + string(value);
  const entries = aligned(entry('service', service), 8) + entry('account', account);
  const body = aligned(uint32(entries.length), 8) + entries;
  return methodCallMessage(SEARCH_ITEMS, { ...serviceCall('SearchItems'), signature: 'a{ss}', body });
}

function serviceCall(member: string): MethodCall {
  return { ...SECRETS, interface: 'org.freedesktop.Secret.Service', member };
}

function getSecret({ session, item }: { session: string; item: string }): string {
  return methodCallMessage(GET_SECRET, {
    destination: SECRETS.destination,
    path: item,
    interface: 'org.freedesktop.Secret.Item',
    member: 'GetSecret',
    signature: 'o',
    body: string(session),
  });
}

function onlyItem(body: MessageReader): string {
  const [item, ...others] = body.paths();
  if (item === undefined || others.length > 0) throw new Error('not exactly one unlocked item');
  return item;
}

/** A `Secret` is session, parameters, value and content type. */
function secretValue(body: MessageReader): string {
  body.string();
  body.text();
  return body.text();
}
