import { expect } from 'vitest';
import { expandProvider, type ProviderInstance } from '../../src/providers/expand.ts';
import type { Provider } from '../../src/providers/provider.ts';
import type { Outcome } from './command-line.ts';
import type { PlayedCommandLine } from './played-command-line.ts';
import { openStage, type Stage } from './polling-stage.ts';
import { clientId, formOf, lastTo } from './preset-at-the-wire.ts';
import { json } from './quirky-replies.ts';
import type { QuirkyServer, RecordedRequest, Responder } from './quirky-server.ts';

/** The device code that is given out; it is long enough to be searched for. */
export const deviceCode = 'canary-device-code-0123456789';

/** The codes as RFC 8628 §3.2 has them, for a person who goes to that page. */
export function deviceCodes(page: string, more: object = {}): Responder {
  const codes = { device_code: deviceCode, user_code: 'WDJB-MJHT', verification_uri: page };
  return json({ ...codes, expires_in: 900, interval: 5, ...more });
}

/** An error as RFC 8628 §3.5 has it. */
export function refusal(error: string, more: object = {}, status = 400): Responder {
  return json({ error, ...more }, status);
}

/** The members of a poll as RFC 8628 §3.4 has it. */
export function expectedPoll(own: Record<string, unknown> = {}): Record<string, unknown> {
  const grantType = 'urn:ietf:params:oauth:grant-type:device_code';
  return { client_id: clientId, device_code: deviceCode, grant_type: grantType, ...own };
}

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

/** Who is played, at which host: one reply to the request for a code, and the polls in turn, the last one for good. */
export type DevicePlay = readonly [
  preset: Provider,
  device: Responder,
  polls: readonly [Responder, ...Responder[]],
  place?: ProviderInstance,
];

/** Plays it. */
export function playDeviceGrant(
  server: QuirkyServer,
  line: PlayedCommandLine,
  ...[preset, device, polls, place]: DevicePlay
): PlayedDeviceGrant {
  const provider = expandProvider(preset, place);
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
      for (const form of forms) {
        expect(form).toEqual(forms[0]);
      }
      return formOf(lastTo(server, tokenPath));
    },
    polls: () => server.requestsTo(tokenPath),
  };
}
