import { parsePlainJson, plainObject } from '../ground/plain-json.ts';
import { type readFileOfOwner, readPrivateFile } from '../secrets/private-file-reading.ts';
import { type AccountHead, readAccountHead } from './account.ts';
import { accountId } from './account-id.ts';
import type { ClientReference } from './client-secrets.ts';
import { corruptFile, readSealedFile, type SealedFile } from './sealed-file.ts';

/** The readable part of an account file, and the rest. */
export interface StoredHead {
  readonly head: AccountHead;
  readonly file: SealedFile;
}

/** Reads an account file without opening its body; `undefined` when there is none. Throws `StoreError`. */
export function readStoredHead(
  path: string,
  id: string,
  read?: typeof readFileOfOwner,
): StoredHead | undefined {
  const file = readSealedFile(path, 'account', read);
  if (file === undefined) {
    return undefined;
  }
  const head = readAccountHead(file.head);
  if (head === undefined || head.id !== id || head.store !== file.store) {
    throw corruptFile(path);
  }
  return { file, head };
}

/**
 * Whether the head in hand, which nobody vouched for when it was read, sends the secrets to the same places as
 * the one that is bound to them. What a refresh changes may differ.
 */
export function isSameBinding(given: AccountHead, stored: AccountHead): boolean {
  const binding = (head: AccountHead) =>
    JSON.stringify([
      [head.provider, head.issuer, head.clientId, head.clientAuthentication, head.redirectUri],
      [head.assertionAudience],
      [head.resource, head.isResourceUnsent, head.endSessionEndpoint],
      [head.clientCertificate?.certificateFile, head.clientCertificate?.keyFile],
      [head.allowHttpLoopback, head.caFile, head.extraCaFile, head.host, head.tenant],
      Object.entries(head.oauth1 ?? {}).sort(([one], [other]) => (one < other ? -1 : 1)),
      Object.entries(head.endpoints).sort(([one], [other]) => (one < other ? -1 : 1)),
    ]);
  return given === stored || binding(given) === binding(stored);
}

/** The name that the account of a head has to have. */
export function idOf(head: AccountHead): string {
  return accountId(head.provider, head.issuer, head.clientId, head.profile?.sub);
}

/** The client that the second line of an account file names, however damaged the rest is; nobody vouches for it. */
export function claimedClient(path: string): ClientReference | undefined {
  try {
    const head = plainObject(parsePlainJson(readPrivateFile(path)?.toString('utf8').split('\n')[1] ?? ''));
    const { issuer, clientId } = head ?? {};
    return typeof issuer === 'string' && typeof clientId === 'string' ? { issuer, clientId } : undefined;
  } catch {
    return undefined;
  }
}

/** The head as a file gives it back: members without a value are absent. Throws a `TypeError` when it is malformed. */
export function plainHeadOf(head: AccountHead): AccountHead {
  const plainHead = readAccountHead(parsePlainJson(JSON.stringify(head)));
  if (plainHead !== undefined && plainHead.id === idOf(plainHead)) {
    return plainHead;
  }
  throw new TypeError('the head of an account is malformed');
}
