import { plainObject } from '../ground/plain-json.ts';
import { Secret } from '../ground/secret.ts';
import type { SealingKey } from '../secrets/sealing-key.ts';
import type { AccountSecrets } from './account.ts';
import { corruptFile, openSealedFile, type SealedFile } from './sealed-file.ts';

/** Opens the body of an account file. Throws the uniform `StoreError` `store_corrupt`. */
export function openAccountSecrets(file: SealedFile, key: SealingKey): AccountSecrets {
  const secrets = readAccountSecrets(openSealedFile(file, key));
  if (secrets === undefined) throw corruptFile(file.path);
  return secrets;
}

/** The body of an account file, in the clear: to be sealed at once. */
export function revealedSecrets(secrets: AccountSecrets): Record<string, string | undefined> {
  return {
    accessToken: secrets.accessToken.reveal(),
    refreshToken: secrets.refreshToken?.reveal(),
    idToken: secrets.idToken?.reveal(),
    clientSecret: secrets.clientSecret?.reveal(),
  };
}

function readAccountSecrets(value: unknown): AccountSecrets | undefined {
  const fields = plainObject(value);
  const secret = (name: string) => {
    const text = fields?.[name];
    return typeof text === 'string' ? new Secret(text) : undefined;
  };
  const accessToken = secret('accessToken');
  if (accessToken === undefined) return undefined;
  const refreshToken = secret('refreshToken');
  const idToken = secret('idToken');
  const clientSecret = secret('clientSecret');
  return {
    accessToken,
    ...(refreshToken !== undefined && { refreshToken }),
    ...(idToken !== undefined && { idToken }),
    ...(clientSecret !== undefined && { clientSecret }),
  };
}
