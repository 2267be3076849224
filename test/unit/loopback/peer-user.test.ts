import { connect, createServer, type Server, type Socket } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { findPeerUser, lookUpPeerUser, type PeerUser } from '../../../src/loopback/peer-user.ts';
import { openSocket } from '../../support/raw-client.ts';
import { CODE, LOOPBACK_ADDRESSES, openListener, STATE } from './open-listener.ts';

const HEAD =
  '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode';
const ENDS = {
  localAddress: '127.0.0.1',
  localPort: 40000, // 9C40
  remoteAddress: '127.0.0.1',
  remotePort: 50000, // C350
};

function row(local: string, remote: string, state: string, user: number, inode: number): string {
  return `   3: ${local} ${remote} ${state} 00000000:00000000 00:00000000 00000000 ${String(user).padStart(5)}        0 ${inode} 1 0000000000000000 20 4 30 10 -1`;
}

const LISTENING = row('0100007F:9C40', '00000000:0000', '0A', 1000, 11);
const OURS = row('0100007F:9C40', '0100007F:C350', '01', 1000, 12);

describe('T24 the user at the other end, from the tables of a little-endian Linux', () => {
  const tables = (...rows: readonly string[]): string => [HEAD, ...rows].join('\n');

  it.each<[string, string, PeerUser]>([
    [
      'the peer is listed',
      tables(LISTENING, OURS, row('0100007F:C350', '0100007F:9C40', '01', 1001, 13)),
      1001,
    ],
    [
      'the peer is an IPv6 socket that speaks IPv4',
      tables(
        LISTENING,
        OURS,
        row('0000000000000000FFFF00000100007F:C350', '0000000000000000FFFF00000100007F:9C40', '01', 1002, 13),
      ),
      1002,
    ],
    [
      'the peer has closed, and is listed under user 0 for that',
      tables(LISTENING, row('0100007F:C350', '0100007F:9C40', '05', 0, 0)),
      'gone',
    ],
    ['the peer has reset the connection, and neither end is listed', tables(LISTENING), 'gone'],
    [
      'the peer is not listed and our end waits to close',
      tables(LISTENING, row('0100007F:9C40', '0100007F:C350', '08', 1000, 12)),
      'gone',
    ],
    ['the peer is in another network namespace', tables(LISTENING, OURS), 'unknown'],
    ['the table lists nothing of ours', tables(row('00000000:07E8', '00000000:0000', '0A', 0, 5)), 'unknown'],
    ['there is no table', '', 'unknown'],
  ])('is told when %s', (_subject, text, expected) => {
    expect(findPeerUser(text, ENDS)).toBe(expected);
  });

  it('is told for ::1 too', () => {
    const loopback = '00000000000000000000000001000000';
    const text = tables(row(`${loopback}:C350`, `${loopback}:9C40`, '01', 1003, 13));
    const ends = { ...ENDS, localAddress: '::1', remoteAddress: '::1' };
    expect(findPeerUser(text, ends)).toBe(1003);
  });
});

/** Accepts one connection and gives both of its ends. */
async function pair(address: '127.0.0.1' | '::1'): Promise<{ accepted: Socket; client: Socket }> {
  const server: Server = createServer({ allowHalfOpen: true });
  await new Promise<void>((resolve) => server.listen(0, address, resolve));
  const bound = server.address();
  const port = bound !== null && typeof bound === 'object' ? bound.port : 0;
  const connection = new Promise<Socket>((resolve) => server.once('connection', resolve));
  const client = connect(port, address);
  const connected = new Promise<void>((resolve) => client.once('connect', resolve));
  const accepted = await connection;
  await connected;
  accepted.on('error', () => {});
  onTestFinished(() => {
    client.destroy();
    accepted.destroy();
    server.close();
  });
  return { accepted, client };
}

describe.runIf(process.platform === 'linux')('T24 the user at the other end of a real socket', () => {
  it.each(LOOPBACK_ADDRESSES)('is ourselves on %s', async (address) => {
    const { accepted } = await pair(address);
    expect(lookUpPeerUser(accepted)).toBe(process.getuid?.());
  });

  it('cannot be hidden by closing at once, in either way', async () => {
    for (const leave of [
      (client: Socket) => client.destroy(),
      (client: Socket) => client.resetAndDestroy(),
    ]) {
      const { accepted, client } = await pair('127.0.0.1');
      const closed = new Promise<void>((resolve) => client.once('close', () => resolve()));
      leave(client);
      await closed;
      expect(lookUpPeerUser(accepted)).toBe('gone');
    }
  });
});

describe('T24 a program of another user', () => {
  it('is cut off with a perfect callback and at the start link, and the wait goes on', async () => {
    let user: PeerUser = 4242;
    const opened = await openListener({ platform: 'linux', users: [1000], peerUser: () => user });
    const start = new URL(opened.listener.startLink('https://as.example.com/authorize')).pathname;
    expect(await opened.callback()).toBeUndefined();
    expect(await opened.get(start)).toBeUndefined();
    expect(opened.notices.map((notice) => notice.kind)).toEqual(['foreign-user']);
    user = 1000;
    expect((await opened.get(start))?.status).toBe(302);
    await opened.expectStillWaiting();
    expect((await opened.listener.response).browser).toBe('unconfirmed');
  });

  it('is cut off when it has closed so that it cannot be told', async () => {
    const opened = await openListener({ platform: 'linux', peerUser: () => 'gone' });
    expect(await opened.callback()).toBeUndefined();
    expect(opened.notices).toEqual([]);
  });

  it.each<[string, PeerUser]>([
    ['root', 0],
    ['somebody the system does not tell', 'unknown'],
    ['ourselves', 1000],
  ])('is not %s', async (_subject, user) => {
    const opened = await openListener({ platform: 'linux', users: [1000], peerUser: () => user });
    await opened.expectStillWaiting();
  });

  it('is not looked for where the system does not tell', async () => {
    const opened = await openListener({
      platform: 'darwin',
      peerUser: () => {
        throw new Error('asked');
      },
    });
    await opened.expectStillWaiting();
  });

  it.runIf(process.platform === 'linux')('does not get far by sending and leaving', async () => {
    const opened = await openListener();
    const socket = await openSocket(opened.listener.port);
    socket.write(
      `GET /callback?code=attacker&state=${STATE} HTTP/1.1\r\nHost: ${opened.authority}\r\n\r\n`,
      () => socket.resetAndDestroy(),
    );
    await new Promise<void>((resolve) => socket.once('close', () => resolve()));
    expect((await opened.callback())?.status).toBe(303);
    expect((await opened.listener.response).parameters.get('code')).toBe(CODE);
  });
});
