import { existsSync } from 'node:fs';
import type { Environment } from './context.ts';
import type { Surroundings } from './ports.ts';

const containerMarks = ['/.dockerenv', '/run/.containerenv'];
const containerVariables = [
  'REMOTE_CONTAINERS',
  'CODESPACES',
  'DEVCONTAINER',
  'container',
  'KUBERNETES_SERVICE_HOST',
];

/** Finds out where this process runs; SSH comes first, since a session may well lead into a container. */
export function surroundingsOf(
  env: Environment,
  platform: NodeJS.Platform,
  exists: (path: string) => boolean = existsSync,
): Surroundings {
  if (env.SSH_CONNECTION || env.SSH_TTY || env.SSH_CLIENT) {
    return 'ssh';
  }
  if (env.WSL_DISTRO_NAME || env.WSL_INTEROP) {
    return 'wsl';
  }
  if (containerVariables.some((name) => env[name])) {
    return 'container';
  }
  if (platform === 'linux' && containerMarks.some(exists)) {
    return 'container';
  }
  if (platform === 'darwin' || platform === 'win32') {
    return 'local';
  }
  return env.DISPLAY || env.WAYLAND_DISPLAY ? 'local' : 'headless';
}

/**
 * The command that, run on the person's own machine, makes ports of this one reachable there (`ssh -L`).
 *
 * The address is the one the session came in by; a person who reaches this machine by another name uses that.
 */
export function portForwardingCommand(ports: readonly number[], env: Environment): string {
  const [, , address = '', port = '22'] = (env.SSH_CONNECTION ?? '').split(' ');
  const host = /^[0-9A-Fa-f.:]+$/.test(address) ? address : 'HOST';
  const user = env.USER ?? env.LOGNAME ?? '';
  const forwards = ports.map((forwarded) => `-L ${forwarded}:127.0.0.1:${forwarded}`).join(' ');
  const serverPort = port === '22' || !/^\d{1,5}$/.test(port) ? '' : ` -p ${port}`;
  return `ssh -N ${forwards}${serverPort} ${/^[a-z_][a-z0-9_.-]{0,31}$/i.test(user) ? `${user}@` : ''}${host}`;
}
