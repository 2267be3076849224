import type { Context } from '../ground/context.ts';
import type { ClientReference } from './client-secrets.ts';
import { listKeptClients } from './kept-clients.ts';

/**
 * When the secret of a kept client ended; `undefined` while it is valid, and where the server named no end.
 *
 * Throws a `StoreError` when the kept clients cannot be listed.
 *
 * @see [RFC 7591 §3.2.1](https://www.rfc-editor.org/rfc/rfc7591.html#section-3.2.1)
 */
export function endOfSecret(
  { issuer, clientId }: ClientReference,
  context: Pick<Context, 'paths' | 'clock'>,
): Date | undefined {
  const kept = listKeptClients(context).find(
    (client) => client.issuer === issuer && client.clientId === clientId,
  );
  const end = Date.parse(kept?.secretExpiresAt ?? '');
  return end <= context.clock.now().getTime() ? new Date(end) : undefined;
}

/** What happened to that secret, in words. */
export function endedSecretText(clientId: string, label: string, end: Date): string {
  return `the secret of the client ${clientId} at ${label} expired on ${end.toISOString().slice(0, 10)}`;
}
