import type { AuthorizationServer } from './authorization-server.ts';
import type { CommandLine, Outcome } from './command-line.ts';

/** Runs `oauth-login ISSUER` for the server of the tests, with what its public client on plain http needs. */
export function signInAt(
  server: AuthorizationServer,
  line: CommandLine,
  ...more: string[]
): Promise<Outcome> {
  return line.run(server.issuer, '--client-id', server.clientId, '--allow-http-loopback', ...more);
}
