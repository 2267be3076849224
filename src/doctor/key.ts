import { variableText } from '../ground/environment.ts';
import { openSealingKey } from '../secrets/open-sealing-key.ts';
import type { Check } from './check.ts';
import { type Finding, fine } from './finding.ts';
import { keptStores } from './kept-stores.ts';

/** Milliseconds; a key is made from a passphrase with much work, on purpose. */
const DEADLINE = 60_000;

/** Whether the keys outside the keychain open. A passphrase is not asked for. */
export const keyCheck: Check = {
  name: 'key',
  deadline: DEADLINE,
  run: async (examined) => {
    const { context } = examined.session;
    const { used } = await keptStores(examined);
    const findings: Finding[] = [];
    if (used.has('file')) {
      await openSealingKey('file', context, { create: false });
      findings.push(fine('key', 'the key file can be read; only file permissions protect it'));
    }
    if (used.has('passphrase') && variableText(context.env, 'OAUTH_LOGIN_PASSPHRASE') === undefined) {
      findings.push(fine('key', 'the passphrase is asked for when it is needed'));
    } else if (used.has('passphrase')) {
      await openSealingKey('passphrase', context, { create: false });
      findings.push(fine('key', 'OAUTH_LOGIN_PASSPHRASE holds the right passphrase'));
    }
    return findings;
  },
};
