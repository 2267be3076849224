import type { SealingKey } from '../secrets/sealing-key.ts';
import { type AccountSecrets, readAccountSecrets } from './account.ts';
import { corruptFile, openSealedFile, type SealedFile } from './sealed-file.ts';

/** Opens the body of an account file. Throws the uniform `StoreError` `store_corrupt`. */
export function openAccountSecrets(file: SealedFile, key: SealingKey): AccountSecrets {
  const secrets = readAccountSecrets(openSealedFile(file, key));
  if (secrets === undefined) {
    throw corruptFile(file.path);
  }
  return secrets;
}

/** The body of an account file, in the clear: to be sealed at once. */
export function revealedSecrets(secrets: AccountSecrets): Record<string, string> {
  return Object.fromEntries(Object.entries(secrets).map(([name, secret]) => [name, secret.reveal()]));
}
