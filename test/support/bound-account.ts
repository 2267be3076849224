import { type AuthorizationServer, startAuthorizationServer } from './authorization-server.ts';
import { type BoundApi, introspectedThumbprint, startBoundApi } from './bound-api.ts';
import type { CommandLine, Outcome } from './command-line.ts';
import { writeConfiguration } from './configuration-file.ts';

/** The secret of the client `confidential`, which may use every grant that needs no person. */
export const CONFIDENTIAL_SECRET = 'a-secret-of-the-confidential-client';

/** An authorization server that binds tokens to keys (RFC 9449), and an API that takes no other. */
export interface BoundServers {
  readonly server: AuthorizationServer;
  readonly api: BoundApi;
  close(): Promise<void>;
}

/** Starts both; with `requireNonce`, the server demands nonces in proofs. */
export async function startBoundServers(requireNonce = false): Promise<BoundServers> {
  const server = await startAuthorizationServer({
    further: {
      clients: [
        {
          client_id: 'confidential',
          client_secret: CONFIDENTIAL_SECRET,
          token_endpoint_auth_method: 'client_secret_basic',
          grant_types: ['client_credentials'],
          response_types: [],
          redirect_uris: [],
        },
      ],
      features: {
        clientCredentials: { enabled: true },
        pushedAuthorizationRequests: { enabled: true },
        dPoP: { enabled: true, nonceSecret: Buffer.alloc(32, 7), requireNonce: () => requireNonce },
      },
    },
  });
  const api = await startBoundApi(
    async (token) =>
      (await introspectedThumbprint(server.issuer, server.clientId)(token)) ??
      introspectedThumbprint(server.issuer, 'confidential', CONFIDENTIAL_SECRET)(token),
  );
  return {
    server,
    api,
    async close() {
      await api.close();
      await server.close();
    },
  };
}

/** Signs in to the provider `work` of the configuration, which may have more members. */
export function signInBound(
  line: CommandLine,
  { server, api }: BoundServers,
  flags: readonly string[] = ['--dpop'],
  entry: object = {},
): Promise<Outcome> {
  writeConfiguration(line, {
    providers: { work: { issuer: server.issuer, api_origins: [api.origin], ...entry } },
  });
  return line.run('login', 'work', '--client-id', server.clientId, '--allow-http-loopback', ...flags);
}
