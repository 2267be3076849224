import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { AccessSession } from '../access/access-session.ts';
import type { AccountHead } from '../accounts/account.ts';
import { applyingAccount } from '../accounts/applying-account.ts';
import type { AccountChoice } from '../accounts/choose-account.ts';
import { exportedBytes } from '../accounts/exported-account.ts';
import { defined } from '../ground/defined.ts';
import { UsageError } from '../ground/errors.ts';
import { shellQuoted } from '../ground/file-system-words.ts';
import { writeNewFile } from '../secrets/new-file.ts';
import { readUserConfiguration } from '../settings/configuration.ts';
import { newPassphrase } from './file-passphrase.ts';

/** Where an account is written to, and with which passphrase. */
export interface ExportWish extends AccountChoice {
  readonly to: string;
  readonly passphraseFile?: string;
}

/**
 * Writes an account with its tokens, and what is configured for its provider, into a new file, sealed with a passphrase.
 * The account stays here as it is.
 *
 * Throws what `applyingAccount` throws, a `UsageError` for a file that is there already, and a `StoreError`.
 */
export async function exportAccount(
  target: string | undefined,
  { to, passphraseFile, ...choice }: ExportWish,
  session: AccessSession,
): Promise<{ readonly head: AccountHead; readonly file: string }> {
  const { context, store } = session;
  const file = resolve(to);
  const { head } = await applyingAccount(target, choice, session);
  refuseExisting(file);
  const passphrase = await newPassphrase(passphraseFile, context);
  const own = (await readUserConfiguration(context.paths)).providers.get(head.provider);
  // No refresh in between: its new token would be missing in the file.
  await store.withLock(head.id, async () => {
    const latest = (await store.read(head.id)) ?? head;
    const account = { head: latest, secrets: await store.readSecrets(latest) };
    const more = defined({ configuration: own && { ...own } });
    if (!writeNewFile(file, await exportedBytes(account, more, passphrase))) {
      refuseExisting(file);
    }
  });
  return { head, file };
}

function refuseExisting(file: string): void {
  if (existsSync(file)) {
    throw new UsageError('usage_conflict', `${file} is there already, and nothing was written`, {
      hint: `name another file, or remove that one first: rm ${shellQuoted(file)}`,
    });
  }
}
