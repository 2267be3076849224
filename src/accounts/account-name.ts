import { safeText } from '../ground/safe-text.ts';
import type { AccountHead } from './account.ts';

/**
 * How a person tells accounts apart, harmless to a terminal: user name, else e-mail, else name, else subject. An
 * account without a person goes by its client identifier.
 */
export function accountName({ profile, clientId }: Pick<AccountHead, 'profile' | 'clientId'>): string {
  if (profile === undefined) {
    return safeText(clientId);
  }
  return safeText(profile.preferred_username ?? profile.email ?? profile.name ?? profile.sub);
}
