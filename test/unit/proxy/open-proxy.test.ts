import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { NetworkError } from '../../../src/ground/errors.ts';
import { Secret } from '../../../src/ground/secret.ts';
import { systemClock } from '../../../src/host/clock.ts';
import { openAdmission } from '../../../src/proxy/admission.ts';
import type { Forwarding } from '../../../src/proxy/forward.ts';
import { openProxy, type ProxyOptions } from '../../../src/proxy/open-proxy.ts';
import { openSocket, readUntilClose, sendRaw } from '../../support/raw-client.ts';

const ORIGIN = 'https://api.example.com';

async function open(options: Partial<ProxyOptions> = {}) {
  const proxy = await openProxy(
    {
      origins: [ORIGIN],
      port: 0,
      admission: openAdmission({ phantom: new Secret('olp_phantom'), platform: process.platform }),
      // Nothing is sent on in these tests.
      forwarding: { provider: {} } as unknown as Forwarding,
      log: () => {},
      ...options,
    },
    { clock: systemClock },
  );
  onTestFinished(() => proxy.close());
  return { proxy, port: Number(new URL(proxy.addresses.get(ORIGIN) ?? '').port) };
}

describe('the address of a proxy', () => {
  it('T15 is on the loopback interface, and each origin has one of its own', async () => {
    const { proxy } = await open({ origins: [ORIGIN, 'https://other.example.com'] });
    const addresses = [...proxy.addresses.values()];
    expect(new Set(addresses).size).toBe(2);
    for (const address of addresses) {
      expect(address).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    }
  });

  it('T17 is not shared with another program, and the error says what to do', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    onTestFinished(() => void other.close());
    const { port } = other.address() as AddressInfo;
    await expect(open({ port })).rejects.toMatchObject({
      code: 'network_port_in_use',
      message: `port ${port} is in use by another program, so the proxy cannot have it`,
      hint: 'end that program, or choose another one with --port N, or leave --port out',
    } satisfies Partial<NetworkError>);
  });

  it('does not wait for a head that does not come, and answers others meanwhile', async () => {
    const { port } = await open({ headersMilliseconds: 200 });
    const slow = await openSocket(port);
    const end = readUntilClose(slow);
    slow.write('GET /thing HTTP/1.1\r\nHost: 127.0.0.1');
    const reply = await sendRaw(port, `GET / HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n\r\n`);
    expect(reply?.status).toBe(401);
    expect(await end).toBeUndefined();
  });

  it('is closed at once, whoever is connected', async () => {
    const { proxy, port } = await open();
    const socket = connect(port, '127.0.0.1');
    await once(socket, 'connect');
    const closed = once(socket, 'close');
    await proxy.close();
    await closed;
  });

  it('answers connections that come at one moment, each after a look at its user', async () => {
    const { port } = await open();
    const replies = await Promise.all(
      Array.from({ length: 200 }, () => sendRaw(port, `GET / HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n\r\n`)),
    );
    expect(new Set(replies.map((reply) => reply?.status))).toEqual(new Set([401]));
  });
});
