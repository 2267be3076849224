import { readFileSync } from 'node:fs';
import { isIPv4, type Socket } from 'node:net';
import { endianness } from 'node:os';

/**
 * Who is at the other end of a connection: a user id; `unknown` when the system does not tell; `gone` when
 * the other end has closed, so that its owner cannot be told any more.
 */
export type PeerUser = number | 'unknown' | 'gone';

/** The columns that matter of one connection or listening socket. */
interface Row {
  readonly state: string;
  readonly user: number;
  readonly inode: string;
}

const ESTABLISHED = '01';
const LISTEN = '0A';

function hex(bytes: readonly number[]): string {
  return bytes.map((byte) => byte.toString(16).padStart(2, '0').toUpperCase()).join('');
}

/** Writes an IPv4 address, `::` or `::1` and a port as the kernel's table does: 32-bit words in the machine's byte order. */
function tableForm(address: string, port: number): string {
  const bytes = isIPv4(address)
    ? address.split('.').map(Number)
    : [...Array<number>(15).fill(0), address === '::1' ? 1 : 0];
  const words: string[] = [];
  for (let start = 0; start < bytes.length; start += 4) {
    const word = bytes.slice(start, start + 4);
    words.push(hex(endianness() === 'LE' ? word.reverse() : word));
  }
  return `${words.join('')}:${hex([port >> 8, port & 0xff])}`;
}

/** An IPv6 socket that speaks IPv4 stands in the other table, with a mapped address. */
function mappedForm(form: string): string {
  return `${'0'.repeat(16)}${endianness() === 'LE' ? 'FFFF0000' : '0000FFFF'}${form}`;
}

/** Finds the row of a socket by its two ends; the table may be long, so only that row is taken apart. */
function findRow(tables: string, local: string, remote: string): Row | undefined {
  const start = tables.indexOf(` ${local} ${remote} `);
  if (start === -1) {
    return undefined;
  }
  const [, , state = '', , , , user = '', , inode = ''] = tables.slice(start + 1, start + 300).split(/\s+/);
  return { state, user: Number(user), inode };
}

/** The two ends of a connection, seen from here. */
export interface ConnectionEnds {
  readonly localAddress: string;
  readonly localPort: number;
  readonly remoteAddress: string;
  readonly remotePort: number;
}

/** Finds the peer of a connection in the text of `/proc/net/tcp` and `/proc/net/tcp6`. */
export function findPeerUser(tables: string, ends: ConnectionEnds): PeerUser {
  const ours = tableForm(ends.localAddress, ends.localPort);
  const theirs = tableForm(ends.remoteAddress, ends.remotePort);
  const peer = findRow(tables, theirs, ours) ?? findRow(tables, mappedForm(theirs), mappedForm(ours));
  if (peer !== undefined) {
    // A socket whose program has closed it belongs to no file and is listed under user 0.
    return peer.inode === '0' ? 'gone' : peer.user;
  }
  // Not listed: in another network namespace, unless our own end shows that it has hung up.
  if (findRow(tables, ours, theirs)?.state === ESTABLISHED) {
    return 'unknown';
  }
  const anybody = ends.localAddress === '::1' ? tableForm('::', 0) : tableForm('0.0.0.0', 0);
  return findRow(tables, ours, anybody)?.state === LISTEN ? 'gone' : 'unknown';
}

export function readTables(names: readonly string[]): string {
  return names
    .map((name) => {
      try {
        return readFileSync(`/proc/self/net/${name}`, 'latin1');
      } catch {
        return '';
      }
    })
    .join('\n');
}

/** Users of other user namespaces are all shown as this one; in a namespace it therefore says nothing. */
function unmappedUser(): number | undefined {
  try {
    const isWhole = /^\s*0\s+0\s+4294967295\s*$/.test(readFileSync('/proc/self/uid_map', 'latin1'));
    return isWhole ? undefined : Number(readFileSync('/proc/sys/kernel/overflowuid', 'latin1'));
  } catch {
    return undefined;
  }
}

/**
 * Asks Linux which user is at the other end of a socket (the uid column of `/proc/net/tcp`). `read` gives the text of
 * the tables of those names.
 */
export function lookUpPeerUser(socket: Socket, read = readTables): PeerUser {
  const { localAddress, localPort, remoteAddress, remotePort } = socket;
  if (!localAddress || !localPort || !remoteAddress || !remotePort) {
    return 'gone';
  }
  const ends = { localAddress, localPort, remoteAddress, remotePort };
  let user = findPeerUser(read([isIPv4(localAddress) ? 'tcp' : 'tcp6']), ends);
  if (typeof user !== 'number') {
    // The table is not read at one instant: an end that closed meanwhile shows the second time.
    user = findPeerUser(read(['tcp', 'tcp6']), ends);
  }
  return user === unmappedUser() ? 'unknown' : user;
}

/** Tells whether somebody at the other end may take part: one of these users, root, or one who cannot be told. */
export function isAdmitted(user: PeerUser, users: readonly number[]): boolean {
  return typeof user === 'number' ? user === 0 || users.includes(user) : user === 'unknown';
}
