import { expect } from 'vitest';
import type { Provider } from '../../src/providers/provider.ts';
import type { Outcome } from './command-line.ts';
import type { PlayedCommandLine } from './played-command-line.ts';
import { openStage, type Stage } from './polling-stage.ts';
import { formOf, lastTo } from './preset-at-the-wire.ts';
import type { QuirkyServer, RecordedRequest, Responder } from './quirky-server.ts';

/** A device grant at a played provider: what it is asked, and how often. */
export interface PlayedDeviceGrant {
  /** Runs `oauth-login` with these words on a machine without browser, with a clock that is not waited for. */
  signIn(...argv: string[]): Promise<Outcome & { readonly stage: Stage }>;
  /** The members of the one request for a code. */
  deviceRequest(): Record<string, string>;
  /** The members of the last poll, which all the others have to equal. */
  poll(): Record<string, string>;
  polls(): RecordedRequest[];
}

/** Plays it: one reply to the request for a code, and the polls in turn, the last one for good. */
export function playDeviceGrant(
  server: QuirkyServer,
  line: PlayedCommandLine,
  provider: Provider,
  device: Responder,
  polls: readonly [Responder, ...Responder[]],
): PlayedDeviceGrant {
  const pathOf = (endpoint: string | undefined) => new URL(server.placeOf(endpoint ?? '')).pathname;
  const devicePath = `POST ${pathOf(provider.endpoints.device_authorization_endpoint)}`;
  const tokenPath = pathOf(provider.device?.loginStatusEndpoint ?? provider.endpoints.token_endpoint);
  server.on(devicePath, device);
  server.on(`POST ${tokenPath}`, ...polls);
  return {
    async signIn(...argv) {
      const stage = openStage(() => server.requestsTo(tokenPath).length);
      const outcome = await line.runIn(stage.changes, ...argv, '--device');
      return { ...outcome, stderr: stage.said(), stage };
    },
    deviceRequest() {
      expect(server.requestsTo(devicePath)).toHaveLength(1);
      return formOf(lastTo(server, devicePath));
    },
    poll() {
      const forms = server.requestsTo(tokenPath).map(formOf);
      for (const form of forms) expect(form).toEqual(forms[0]);
      return formOf(lastTo(server, tokenPath));
    },
    polls: () => server.requestsTo(tokenPath),
  };
}
