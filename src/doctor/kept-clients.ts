import { listKeptClients } from '../accounts/kept-clients.ts';
import { durationText } from '../ground/duration.ts';
import { ConfigurationError } from '../ground/errors.ts';
import { shellQuoted } from '../ground/file-system-words.ts';
import { safeText } from '../ground/safe-text.ts';
import type { Check } from './check.ts';
import { fine, problem, warning } from './finding.ts';

/** Milliseconds before the end of a client secret at which it is told of. */
const SOON = 30 * 86_400_000;

/** Whether the secrets of the registered clients are valid, and for how long (RFC 7591 §3.2.1). */
export const keptClientsCheck: Check = {
  name: 'client',
  run: ({ session: { context } }) =>
    listKeptClients(context).map(({ provider, secretExpiresAt }) => {
      const name = safeText(provider);
      const hint = `register the client again: oauth-login setup ${shellQuoted(name)}`;
      const left = Date.parse(secretExpiresAt ?? '') - context.clock.now().getTime();
      if (left <= 0) {
        const message = `the secret of the client for ${name} expired`;
        return problem('client', new ConfigurationError('config_client_secret_expired', message, { hint }));
      }
      if (left < SOON) {
        const message = `the secret of the client for ${name} ends in ${durationText(left / 1000)}`;
        return warning('client', { message, hint });
      }
      return fine('client', `a client for ${name} is registered`);
    }),
};
