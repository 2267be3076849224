import { once } from 'node:events';
import type { Server } from 'node:http';
import { connect } from 'node:net';
import { NetworkError, OAuthLoginError } from '../ground/errors.ts';
import { type LoopbackHost, openLoopbackServers } from '../loopback/loopback-servers.ts';
import { closeServer } from '../loopback/serve-requests.ts';
import type { Check, Examined } from './check.ts';
import { examinedSettings } from './examined-settings.ts';
import { type Finding, fine, problem, warning } from './finding.ts';

const anyPort: readonly number[] = [0];

/** Whether the listener of a sign-in can be opened and reached: on the ports of the target, and on both families. */
export const listenerCheck: Check = {
  name: 'listener',
  run: async (examined) => {
    const { host, ports } = await wantedListener(examined);
    const wanted = await listenerFinding(host, ports);
    if (wanted.level !== 'ok' || host === 'localhost') {
      return [wanted];
    }
    const other = host === '[::1]' ? '127.0.0.1' : '[::1]';
    const second = await listenerFinding(other, anyPort);
    if (second.level === 'ok') {
      return [wanted, second];
    }
    return [
      wanted,
      warning('listener', {
        message: `nothing can be reached on ${other}`,
        hint: `no sign-in with ${host} needs it; one with localhost may, where a browser tries it first`,
      }),
    ];
  },
};

async function wantedListener(
  examined: Examined,
): Promise<{ readonly host: LoopbackHost; readonly ports: readonly number[] }> {
  const redirect = (await examinedSettings(examined))?.redirect;
  return redirect === undefined || 'elsewhere' in redirect ? { host: '127.0.0.1', ports: anyPort } : redirect;
}

/** Opens the servers as a sign-in does, and connects to each. */
async function listenerFinding(host: LoopbackHost, ports: readonly number[]): Promise<Finding> {
  try {
    const { servers, port } = await openLoopbackServers(host, ports, (server) => {
      server.on('connection', (socket) => socket.on('error', () => {}).end());
    });
    try {
      const addresses = await Promise.all(servers.map(reach));
      const where = ports[0] === 0 ? 'a free port' : `port ${port}`;
      return fine(
        'listener',
        `the browser's reply can be received on ${where} of ${addresses.join(' and ')}`,
      );
    } finally {
      await Promise.all(servers.map(closeServer));
    }
  } catch (error) {
    if (error instanceof OAuthLoginError) {
      return problem('listener', error);
    }
    const what = `a listener on ${host} can be opened, but this machine cannot connect to it`;
    return problem(
      'listener',
      new NetworkError('network_unreachable', what, {
        hint: 'check the rules of your firewall for connections from this machine to itself; or sign in with a code: oauth-login github --device',
      }),
    );
  }
}

async function reach(server: Server): Promise<string> {
  const bound = server.address();
  if (bound === null || typeof bound === 'string') {
    throw new Error('the server does not listen');
  }
  const socket = connect({ host: bound.address, port: bound.port });
  try {
    await once(socket, 'connect');
    return bound.address;
  } finally {
    socket.destroy();
  }
}
