import { StoreError } from '../ground/errors.ts';
import { bytesFromBase64url, parsePlainJson, plainObject } from '../ground/plain-json.ts';
import type { Secret } from '../ground/secret.ts';
import { anyObject, optional, record, type ValueOf } from '../ground/stored-record.ts';
import { derivedKey, newDerivation, readDerivation } from '../secrets/passphrase-derivation.ts';
import { SealingKey } from '../secrets/sealing-key.ts';
import { type OpenAccount, readAccountHead, readAccountSecrets } from './account.ts';
import { revealedSecrets } from './account-secrets.ts';
import { idOf } from './stored-head.ts';

const FORMAT = 1;
/** The key has a name of its own in no file. */
const KEY_ID = 'export';

const readContent = record({
  head: readAccountHead,
  secrets: readAccountSecrets,
  /** The entry of its provider in `config.json`, where there is one. */
  configuration: optional(anyObject),
});

/** What an exported file holds. */
export type ExportedAccount = ValueOf<typeof readContent>;

/** A file that was read, and is still sealed. */
export interface SealedExport {
  /** Opens it. Throws a `StoreError` for a wrong passphrase, and for a file that was changed. */
  open(passphrase: Secret): Promise<ExportedAccount>;
}

/** The bytes of a file with that account, sealed with a key from the passphrase; nothing of it can be read without it. */
export async function exportedBytes(
  { head, secrets }: OpenAccount,
  more: Pick<ExportedAccount, 'configuration'>,
  passphrase: Secret,
): Promise<Buffer> {
  const { key, fields } = await newDerivation(passphrase);
  const title = `${JSON.stringify({ export: 'oauth-login', format: FORMAT, ...fields })}\n`;
  const content = { head, secrets: revealedSecrets(secrets), ...more };
  const sealing = new SealingKey('passphrase', KEY_ID, key);
  const sealed = sealing.seal(Buffer.from(JSON.stringify(content)), Buffer.from(title));
  return Buffer.from(`${title}${sealed.toString('base64url')}\n`);
}

/** Reads such a file. Throws a `StoreError` for any other one, and for one of a newer version. */
export function readExport(bytes: Buffer, path: string): SealedExport {
  const [first = '', second = '', rest, ...more] = bytes.toString('utf8').split('\n');
  const title = plainObject(parsePlainJson(first));
  if (title?.export !== 'oauth-login') {
    throw refused(path, 'is not a file of oauth-login export', 'name a file that was exported');
  }
  if (typeof title.format === 'number' && title.format > FORMAT) {
    throw refused(path, 'was written by a newer version of oauth-login', 'update oauth-login');
  }
  const parameters = readDerivation(title);
  const sealed = bytesFromBase64url(second);
  if (
    title.format !== FORMAT ||
    parameters === undefined ||
    sealed === undefined ||
    rest !== '' ||
    more.length > 0
  ) {
    throw damaged(path);
  }
  return {
    async open(passphrase) {
      const key = await derivedKey(passphrase, parameters);
      if (key === undefined) {
        throw new StoreError('store_passphrase_wrong', `the passphrase is not that of ${path}`, {
          hint: 'give the passphrase that the account was exported with; nothing was changed',
        });
      }
      const opened = new SealingKey('passphrase', KEY_ID, key).open(sealed, Buffer.from(`${first}\n`));
      const content = opened === undefined ? undefined : readContent(parsePlainJson(opened.toString('utf8')));
      if (content === undefined || content.head.id !== idOf(content.head)) {
        throw damaged(path);
      }
      return content;
    },
  };
}

function damaged(path: string): StoreError {
  return refused(path, 'is damaged', 'copy it again, or export the account again');
}

function refused(path: string, what: string, hint: string): StoreError {
  return new StoreError('store_corrupt', `${path} ${what}`, { hint: `${hint}; nothing was changed` });
}
