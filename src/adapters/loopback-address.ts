import { BlockList } from 'node:net';

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

/**
 * Tells whether the host of a URL is this machine: 127.0.0.0/8, [::1], or `localhost`.
 *
 * `localhost` counts because it is never asked of a resolver: `lookupLoopback` answers for it (RFC 6761 §6.3).
 */
export function isLoopbackHost(hostname: string): boolean {
  if (hostname === 'localhost') return true;
  if (hostname.startsWith('[')) return loopback.check(hostname.slice(1, -1), 'ipv6');
  return /^[\d.]+$/.test(hostname) && loopback.check(hostname, 'ipv4');
}
