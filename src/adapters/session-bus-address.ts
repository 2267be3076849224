import { join } from 'node:path';
import type { Environment } from '../ground/context.ts';

/** The variable that libsecret and the other programs of a session look into. */
export const SESSION_BUS_VARIABLE = 'DBUS_SESSION_BUS_ADDRESS';

/** The path of the socket of the session bus (D-Bus Specification, "Server Addresses"); `undefined`: there is none. */
export function sessionBusSocket(env: Environment): string | undefined {
  const runtimeDirectory = env.XDG_RUNTIME_DIR;
  const standard = runtimeDirectory ? join(runtimeDirectory, 'bus') : undefined;
  const addresses = env[SESSION_BUS_VARIABLE];
  if (addresses === undefined) {
    return standard;
  }
  for (const address of addresses.split(';')) {
    const [, transport, pairs = ''] = /^([a-z]+):(.*)$/.exec(address) ?? [];
    if (transport !== 'unix') {
      continue;
    }
    const values = new Map(
      pairs.split(',').map((pair) => [pair.split('=')[0], pair.slice(pair.indexOf('=') + 1)]),
    );
    const path = values.get('path');
    const abstract = values.get('abstract');
    if (path !== undefined) {
      return unescaped(path);
    }
    if (abstract !== undefined) {
      return `\0${unescaped(abstract)}`;
    }
    if (values.get('runtime') === 'yes') {
      return standard;
    }
  }
  return undefined;
}

function unescaped(value: string): string | undefined {
  try {
    return decodeURIComponent(value);
  } catch {
    return undefined;
  }
}
