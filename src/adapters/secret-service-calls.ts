// What is asked of the keyring, one character for each byte (`latin1`), and what is read from its answers: calls of the
// D-Bus Specification, with the members and signatures of the Secret Service API, https://specifications.freedesktop.org/secret-service-spec/latest/
import {
  aligned,
  type MessageReader,
  type MethodCall,
  methodCallMessage,
  signature,
  string,
  uint32,
} from './d-bus-message.ts';

const secretService = { destination: 'org.freedesktop.secrets', path: '/org/freedesktop/secrets' };

const HELLO = 1;
/** Serial of `readAlias`. */
export const READ_ALIAS = 2;
/** Serial of `openSession`. */
export const OPEN_SESSION = 3;
/** Serial of the search for the items of a service. */
export const SEARCH_SERVICE = 4;
/** Serial of `getSecret`. */
export const GET_SECRET = 5;
/** Serial of the search for the items of a service and an account. */
export const SEARCH_ACCOUNT = 6;

/** The signatures of the replies, by the serials of the calls. */
export const expectedReplies: ReadonlyMap<number | undefined, string> = new Map([
  [HELLO, 's'],
  [READ_ALIAS, 'o'],
  [OPEN_SESSION, 'vo'],
  [SEARCH_SERVICE, 'aoao'],
  [GET_SECRET, '(oayays)'],
  [SEARCH_ACCOUNT, 'aoao'],
]);

/** D-Bus Specification, "Authentication Protocol": who we are, which the bus knows from the socket. */
export function authentication(): string {
  const uid = Buffer.from(String(process.geteuid?.())).toString('hex');
  return `\0AUTH EXTERNAL ${uid}\r\nBEGIN\r\n`;
}

/** The call that every conversation with a bus begins with (D-Bus Specification, "org.freedesktop.DBus.Hello"). */
export function hello(): string {
  const bus = 'org.freedesktop.DBus';
  const path = '/org/freedesktop/DBus';
  return methodCallMessage(HELLO, { destination: bus, path, interface: bus, member: 'Hello' });
}

/**
 * Asks for a collection that does not exist ("ReadAlias"), so that the keyring knows the caller. Unlike all other
 * calls, this one may come before the keyring has noticed the caller.
 */
export function readAlias(): string {
  return methodCallMessage(READ_ALIAS, {
    ...serviceCall('ReadAlias'),
    signature: 's',
    body: string('oauth-login'),
  });
}

/** Asks for a session in which values are sent as they are (Secret Service API, "OpenSession", algorithm `plain`). */
export function openSecretSession(): string {
  const body = aligned(string('plain') + signature('s'), 4) + string('');
  return methodCallMessage(OPEN_SESSION, { ...serviceCall('OpenSession'), signature: 'sv', body });
}

/** Asks for the paths of the items with these attributes ("SearchItems"): the unlocked ones, then the others. */
export function searchItems(serial: number, attributes: Readonly<Record<string, string>>): string {
  let entries = '';
  for (const [name, value] of Object.entries(attributes)) {
    entries = aligned(aligned(entries, 8) + string(name), 4) + string(value);
  }
  const body = aligned(uint32(entries.length), 8) + entries;
  return methodCallMessage(serial, { ...serviceCall('SearchItems'), signature: 'a{ss}', body });
}

function serviceCall(member: string): MethodCall {
  return { ...secretService, interface: 'org.freedesktop.Secret.Service', member };
}

/** Asks for the value of an item ("GetSecret"). */
export function getSecret(session: string, item: string): string {
  return methodCallMessage(GET_SECRET, {
    destination: secretService.destination,
    path: item,
    interface: 'org.freedesktop.Secret.Item',
    member: 'GetSecret',
    signature: 'o',
    body: string(session),
  });
}

/** The value in the reply; a `Secret` is session, parameters, value and content type. Throws a `RangeError` when it ends before. */
export function secretValue(body: MessageReader): string {
  body.string();
  body.text();
  return body.text();
}
