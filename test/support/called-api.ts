import type { Context } from '../../src/ground/context.ts';
import type { AuthorizationServer } from './authorization-server.ts';
import { type CommandLine, type Outcome, openCommandLine } from './command-line.ts';
import { writeConfiguration } from './configuration-file.ts';
import { openQuirkyServer, type QuirkyServer, type RecordedRequest } from './quirky-server.ts';

/** A person who is signed in to `work`, and an API that the token may go to. */
export interface CalledApi {
  readonly line: CommandLine;
  /** Answers `/thing` with `the thing` and a newline. */
  readonly api: QuirkyServer;
  /** Runs `oauth-login request work` with these words. */
  request(...args: string[]): Promise<Outcome>;
  /** The last request that reached the API; there has to be one. */
  last(): RecordedRequest;
  close(): Promise<void>;
}

/** Opens the API, and signs in at the server. */
export async function openCalledApi(server: AuthorizationServer): Promise<CalledApi> {
  const api = await openQuirkyServer();
  api.on('/thing', (_, response) => void response.setHeader('content-type', 'text/plain').end('the thing\n'));
  const line = openCommandLine({ user: 'ada' });
  writeConfiguration(line, { providers: { work: { issuer: server.issuer, api_origins: [api.origin] } } });
  await signInToWork(line, server);
  return {
    line,
    api,
    request: (...args) => line.run('request', 'work', ...args),
    last: () => {
      const request = api.requests.at(-1);
      if (request === undefined) {
        throw new Error('no request arrived');
      }
      return request;
    },
    close: async () => {
      line.close();
      await api.close();
    },
  };
}

/** Signs in to the provider `work` of the configuration. */
export async function signInToWork(
  line: CommandLine,
  server: AuthorizationServer,
  changes: Partial<Context> = {},
): Promise<void> {
  const argv = ['login', 'work', '--client-id', server.clientId, '--allow-http-loopback'];
  const { exitCode, stderr } = await line.runIn(changes, ...argv);
  if (exitCode !== 0) {
    throw new Error(`the sign-in failed: ${stderr}`);
  }
}
