import { createServer, type Server } from 'node:http';
import type { AddressInfo, LookupFunction } from 'node:net';
import { describe, expect, it } from 'vitest';
import { classOfAddress } from '../../../src/adapters/address-class.ts';
import { type AddressGuard, guardAddresses } from '../../../src/adapters/address-guard.ts';
import { closeAfterTest } from '../../support/close-after-test.ts';
import { openClient, rejectionOf } from './http-client.ts';

describe('T14 the class of an address', () => {
  it.each([
    [
      'public',
      ['93.184.216.34', '8.8.8.8', '172.32.0.1', '100.128.0.1', '2606:4700::1111', '64:ff9b::808:808'],
    ],
    ['private', ['10.1.2.3', '172.16.0.1', '172.31.255.255', '192.168.1.1', '100.64.0.1', 'fd12::1']],
    ['loopback', ['127.0.0.1', '127.9.9.9', '::1', '::ffff:127.0.0.1', '::FFFF:7f00:1']],
    [
      'never',
      [
        '169.254.169.254',
        'fe80::1',
        'fe80::1%eth0',
        '0.0.0.0',
        '::',
        '224.0.0.1',
        'ff02::1',
        '255.255.255.255',
        'fd00:ec2::254',
        '100.100.100.200',
        '::ffff:169.254.169.254',
        '64:ff9b::a9fe:a9fe',
        '64:ff9b::7f00:1',
        '::127.0.0.1',
        '::ffff:0:10.0.0.1',
        '2002:7f00:1::',
        '2002:a9fe:a9fe::1',
        'not an address',
        '',
      ],
    ],
  ])('%s', (expected, addresses) => {
    expect(addresses.map((address) => [address, classOfAddress(address)])).toEqual(
      addresses.map((address) => [address, expected]),
    );
  });
});

/** A resolver that answers as it is told, one answer after the other. */
function resolver(table: Readonly<Record<string, readonly string[]>>): LookupFunction {
  const asked = new Map<string, number>();
  return (hostname, _options, callback) => {
    const turn = asked.get(hostname) ?? 0;
    asked.set(hostname, turn + 1);
    const answers = table[hostname] ?? [];
    const addresses = (answers[Math.min(turn, answers.length - 1)] ?? '').split(' ');
    callback(
      null,
      addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
    );
  };
}

const looked = (host: string, name: string, table: Readonly<Record<string, readonly string[]>>) => {
  const guard = guardAddresses(host, resolver(table));
  return new Promise<unknown>((done) => {
    guard.lookup(name, { all: true }, (error, found) => done(error ?? found));
  });
};

describe('T14 a guard', () => {
  it('resolves no name of a document to this machine or a private network, unless the typed host is there', async () => {
    const table = { 'api.example': ['93.184.216.34'], 'evil.example': ['127.0.0.1'], intra: ['10.0.0.7'] };
    expect(await looked('api.example', 'evil.example', table)).toMatchObject({
      code: 'protocol_insecure_uri',
    });
    expect(await looked('api.example', 'intra', table)).toMatchObject({ code: 'protocol_insecure_uri' });
    expect(await looked('intra', 'intra', table)).toEqual([{ address: '10.0.0.7', family: 4 }]);
    expect(await looked('intra', 'evil.example', table)).toMatchObject({ code: 'protocol_insecure_uri' });
    expect(await looked('intra', 'api.example', table)).toEqual([{ address: '93.184.216.34', family: 4 }]);
    expect(await looked('evil.example', 'evil.example', table)).toEqual([
      { address: '127.0.0.1', family: 4 },
    ]);
  });

  it('resolves at each connection again, so that a name which changes its address gains nothing', async () => {
    const guard = guardAddresses(
      'api.example',
      resolver({ 'api.example': ['93.184.216.34'], 'rebind.example': ['93.184.216.34', '127.0.0.1'] }),
    );
    const once = () =>
      new Promise<unknown>((done) => {
        guard.lookup('rebind.example', { all: true }, (error, found) => done(error ?? found));
      });
    expect(await once()).toEqual([{ address: '93.184.216.34', family: 4 }]);
    expect(await once()).toMatchObject({ code: 'protocol_insecure_uri' });
  });

  /** What each name is resolved to, one after the other, by guards that share a resolver. */
  const inTurn = async (
    table: Readonly<Record<string, readonly string[]>>,
    names: readonly string[],
    guardOf: (turn: number, lookup: LookupFunction) => AddressGuard,
  ) => {
    const lookup = resolver(table);
    const outcomes: string[] = [];
    for (const [turn, name] of names.entries()) {
      outcomes.push(
        await new Promise<string>((done) => {
          guardOf(turn, lookup).lookup(name, { all: true }, (error, found) =>
            done(error === null ? JSON.stringify(found) : String(Object(error).code)),
          );
        }),
      );
    }
    return outcomes.map((outcome) => (outcome.startsWith('[') ? 'connected' : outcome));
  };

  it.each([
    ['was public', ['93.184.216.34', '10.0.0.1']],
    ['was private for the first look only', ['10.0.0.1', '93.184.216.34']],
    ['is both', ['93.184.216.34 10.0.0.1']],
  ])('lets no typed host into a private network that %s', async (_what, answers) => {
    const table = { 'evil.example': answers, intra: ['10.0.0.7'] };
    const names = ['evil.example', 'evil.example', 'intra'];
    const fresh = await inTurn(table, names, (_turn, lookup) => guardAddresses('evil.example', lookup));
    expect(fresh[2]).toBe('protocol_insecure_uri');
    const kept = new Map<LookupFunction, AddressGuard>();
    const one = await inTurn(table, names, (_turn, lookup) => {
      const guard = kept.get(lookup) ?? guardAddresses('evil.example', lookup);
      kept.set(lookup, guard);
      return guard;
    });
    expect(one[2]).toBe('protocol_insecure_uri');
  });

  it('connects to a typed host at any of its addresses, as a browser would', async () => {
    const table = { 'both.example': ['10.0.0.1 2606:4700::1111'] };
    const both = await looked('both.example', 'both.example', table);
    expect(both).toHaveLength(2);
  });

  it.each([
    'https://169.254.169.254/latest',
    'https://127.0.0.1/',
    'https://0x7f.1/',
    'https://2130706433/',
    'https://[::1]/',
    'https://[::ffff:10.0.0.1]/',
    'https://other.example:22/',
  ])('admits no %s where a public host was typed', async (address) => {
    const guard = guardAddresses('93.184.216.34', resolver({}));
    const error = await rejectionOf(guard.admit(new URL(address)));
    expect(error.code).toBe('protocol_insecure_uri');
    await guard.admit(new URL('https://93.184.216.35/'));
  });

  it('keeps the client of a sign-in from connecting: the server gets no connection', async () => {
    let connections = 0;
    const server: Server = createServer((_request, response) => response.end('{}'));
    server.on('connection', () => {
      connections += 1;
    });
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    closeAfterTest({ close: () => server.close() });
    const { port } = server.address() as AddressInfo;
    const guarded = await openClient({ reachOf: '93.184.216.34' });
    for (const host of ['127.0.0.1', 'localhost', '[::ffff:127.0.0.1]']) {
      const protocol = host.startsWith('[') ? 'https' : 'http';
      const error = await rejectionOf(guarded.fetch(`${protocol}://${host}:${port}/`));
      expect(error.code).toBe('protocol_insecure_uri');
    }
    expect(connections).toBe(0);
    const own = await openClient({ reachOf: '127.0.0.1' });
    expect((await own.fetch(`http://localhost:${port}/`)).status).toBe(200);
  });
});
