import { parsePlainJson, plainObject } from '../ground/plain-json.ts';
import { readPrivateFile } from '../secrets/private-file-reading.ts';
import type { ClientReference } from './client-secrets.ts';

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
