import type { AccessSession } from '../access/access-session.ts';
import type { AccountHead } from '../accounts/account.ts';
import { isInteractive } from '../ground/presence.ts';
import { safeText } from '../ground/safe-text.ts';
import {
  type RemovedRegistration,
  removeRegistrations,
  unusedRegistrations,
} from '../setup/remove-registrations.ts';

/**
 * Offers a person at a terminal to delete the clients that this tool registered, and that no account uses any more now
 * that these are signed out. Nobody is asked elsewhere, and the clients stay for the next sign-in.
 *
 * Throws what reading the files led to, and what `removeRegistrations` throws.
 */
export async function offerDeletion(
  signedOut: readonly AccountHead[],
  forget: boolean,
  access: AccessSession,
): Promise<readonly RemovedRegistration[]> {
  const { context } = access;
  if (signedOut.length === 0 || !isInteractive(context)) {
    return [];
  }
  const removed: RemovedRegistration[] = [];
  for (const client of await unusedRegistrations(signedOut, access)) {
    const [name, provider] = [safeText(client.clientId, 100), safeText(client.provider)];
    const question = `No account uses the client ${name} any more, which this tool registered at ${provider}. Delete it there and here?`;
    const prompts = await context.openPrompts();
    if (await prompts.confirm(question, false)) {
      removed.push(...(await removeRegistrations({ forget, clients: [client] }, access)));
    }
  }
  return removed;
}
