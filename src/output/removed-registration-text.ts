import { ConsequenceError, type OAuthLoginError } from '../ground/errors.ts';
import { safeText } from '../ground/safe-text.ts';
import type { RemovedRegistration } from '../setup/remove-registrations.ts';

/** Characters of a client identifier or a message that are shown inside a sentence. */
const LONGEST = 400;

/** What `logout --all` says of a client that this tool registered; empty where an error tells it. */
export function removedRegistrationText({
  client,
  registration,
  error,
  isForgotten,
}: RemovedRegistration): string {
  const name = safeText(client.clientId, LONGEST);
  const provider = safeText(client.provider);
  switch (registration) {
    case 'deleted':
      return `Deleted the client ${name} at ${provider} and from this machine.\n`;
    case 'not-offered':
      return `The client ${name} at ${provider} stays registered: ${provider} gave no way to delete it.\n`;
    case 'in-use':
      return `The client ${name} at ${provider} stays: an account that was not signed out may need it.\n`;
    case 'failed':
      return isForgotten
        ? `Deleted the client ${name} from this machine. It may still be registered at ${provider} (${safeText(error?.message ?? '', LONGEST)}).\n`
        : '';
  }
}

/**
 * The error for a client that its server did not delete and that therefore stays here. `again` is the command that deletes
 * it here alone.
 */
export function registrationError(
  { client, error, isForgotten }: RemovedRegistration,
  again = 'oauth-login logout --all --forget',
): OAuthLoginError | undefined {
  if (error === undefined || isForgotten) {
    return undefined;
  }
  return new ConsequenceError(error, {
    message: `the client ${safeText(client.clientId, LONGEST)} at ${safeText(client.provider)} was not deleted: ${error.message}`,
    hint: `${error.hint}; or delete it from this machine only: ${again}`,
  });
}

/** What `logout --all --json` answers for a client that this tool registered. */
export function removedRegistrationDocument(removed: RemovedRegistration): Record<string, unknown> {
  const { client, registration, isForgotten } = removed;
  const error = registrationError(removed) ?? removed.error;
  return {
    provider: client.provider,
    client_id: client.clientId,
    registration,
    ...(error === undefined ? {} : { error: { code: error.code, message: error.message, hint: error.hint } }),
    forgotten: isForgotten,
  };
}
