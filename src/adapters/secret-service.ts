import { connect } from 'node:net';
import { type MessageReader, readMessage } from './d-bus-message.ts';
import {
  authentication,
  expectedReplies,
  GET_SECRET,
  getSecret,
  hello,
  OPEN_SESSION,
  openSecretSession,
  READ_ALIAS,
  readAlias,
  SEARCH_ACCOUNT,
  SEARCH_SERVICE,
  searchItems,
  secretValue,
} from './secret-service-calls.ts';

/** Bytes; what is asked for has less than a tenth of it. */
const LONGEST_CONVERSATION = 65_536;
const LONGEST_CHUNK = 4096;

/** A keyring of the session that has been spoken to, and answers meanwhile. */
export interface UnlockedKeyring {
  /**
   * The value of the only item of the service, or else of its only one for that account; ASCII; once. Rejects unless it
   * is there and unlocked. One that is alone may be another account's; the caller has to notice that.
   */
  read(account: string): Promise<string>;
}

/**
 * Begins to speak to the keyring of the session over the socket of its bus; all of it has `deadline` milliseconds.
 *
 * keytar takes much longer: it loads libsecret and all of GLib. A process that does nothing but read one value with it
 * takes three times as long as bare Node, a whole `token` with this reader twice as long. And because a call of keytar
 * that hangs would hold the process, its bus goes through a relay (`session-bus.ts`).
 * This asks for one value and waits in the event loop.
 * It never unlocks, prompts or starts anything: unless exactly one item is there and unlocked, it rejects, and
 * the way through keytar has to tell why.
 *
 * gnome-keyring (seen with 42, reported up to 50) takes note of a new caller in one task and answers its first call in another, and
 * now and then does the second before the first. A caller that it does not know and that opens a session makes it end
 * itself, and it comes back locked: many short programs, one after the other, are enough. So the first call is one that
 * needs nobody to be known, and nothing else is said before it is answered, as libsecret happens to do as well.
 *
 * The bus takes its time over the first words. With the next ones, the items of the service (keytar's attribute, ASCII)
 * are asked for. All of that is said before this resolves, so that the caller can do something else while the bus is at
 * work, such as loading what opens the value.
 *
 * `attribute` is what the account is called in the item: keytar says `account`, and programs in Go say `username`. By
 * `username`, only the item of that account is read, even where there is no other.
 *
 * The value crosses the socket as it is (algorithm `plain`). A program that could listen there can ask the keyring as well.
 *
 * @see [Secret Service API](https://specifications.freedesktop.org/secret-service-spec/latest/)
 */
export function openUnlockedKeyring(
  socketPath: string,
  service: string,
  deadline: number,
  attribute: 'account' | 'username' = 'account',
): Promise<UnlockedKeyring> {
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
      // All of this is sent at once, as systemd does, without waiting for the replies in between.
      socket.write(authentication() + hello() + readAlias(), 'latin1');
    });
    let received: Buffer = Buffer.alloc(0);
    let length = 0;
    let isAuthenticated = false;
    // Another account's sealing key opens nothing here. Another user's token would be used.
    const takesTheOnlyOne = attribute === 'account';
    let isNarrowed = false;
    let session = '';
    let items: readonly string[] | undefined;
    let wanted: string | undefined;

    function read(account: string): Promise<string> {
      return new Promise((resolve, reject) => {
        if (failure !== undefined) {
          return reject(failure);
        }
        resolveRead = resolve;
        rejectRead = reject;
        wanted = account;
        askOn();
      });
    }

    /** Asks for the value once it is known where it is, and before that for the place, where there are several. */
    function askOn(): void {
      if (session === '' || items === undefined || wanted === undefined) {
        return;
      }
      const [item, ...others] = items;
      if (item !== undefined && others.length === 0 && (isNarrowed || takesTheOnlyOne)) {
        socket.write(getSecret(session, item), 'latin1');
      } else if (item !== undefined && !isNarrowed) {
        isNarrowed = true;
        socket.write(searchItems(SEARCH_ACCOUNT, { service, [attribute]: wanted }), 'latin1');
      } else {
        fail(new Error('not exactly one unlocked item'));
      }
    }

    // The chunks are not read as a stream, which would take half a millisecond more to set up.
    function take(size: number, buffer: Uint8Array): boolean {
      length += size;
      received = Buffer.concat([received, buffer.subarray(0, size)]);
      try {
        if (length > LONGEST_CONVERSATION) {
          throw new RangeError('too long a conversation');
        }
        takeReplies();
      } catch (error) {
        fail(error instanceof Error ? error : new Error('a malformed message'));
      }
      return true;
    }

    function takeReplies(): void {
      if (!isAuthenticated) {
        const end = received.indexOf('\r\n');
        if (end < 0) {
          return;
        }
        if (received.toString('latin1', 0, 3) !== 'OK ') {
          throw new Error('the bus refused');
        }
        isAuthenticated = true;
        received = received.subarray(end + 2);
      }
      for (let message = readMessage(received); message !== undefined; message = readMessage(received)) {
        received = received.subarray(message.length);
        const expected = expectedReplies.get(message.replySerial);
        if (expected === undefined) {
          continue;
        }
        if (!message.isReturn || message.signature !== expected) {
          throw new Error('another answer');
        }
        takeReply(message.replySerial, message.body);
      }
    }

    function takeReply(serial: number | undefined, body: MessageReader): void {
      if (serial === READ_ALIAS) {
        socket.write(openSecretSession() + searchItems(SEARCH_SERVICE, { service }), 'latin1');
        resolveOpen({ read });
      } else if (serial === OPEN_SESSION) {
        body.stringVariant();
        session = body.string();
        askOn();
      } else if (serial === SEARCH_SERVICE || serial === SEARCH_ACCOUNT) {
        items = body.paths();
        askOn();
      } else if (serial === GET_SECRET) {
        clearTimeout(timer);
        // The connection is not closed here. The process ends soon, and that closes it.
        socket.unref();
        resolveRead(secretValue(body));
      }
    }
  });
}
