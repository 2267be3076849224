/**
 * Whether the host of a URL is this machine: a literal loopback address, or the name `localhost`, which is connected to
 * 127.0.0.1 and [::1] and to nothing else, whatever a resolver says (RFC 6761 §6.3).
 */
export function isLoopbackHost(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(?:\.[0-9]{1,3}){3}$/.test(hostname);
}
