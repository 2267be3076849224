import { safeText } from '../safe-text.ts';
import type { AccountHead } from './account.ts';

/** How a person tells accounts apart, harmless to a terminal: user name, else e-mail, else name, else subject. */
export function accountName({ profile }: Pick<AccountHead, 'profile'>): string {
  return safeText(profile.preferred_username ?? profile.email ?? profile.name ?? profile.sub);
}
