import type { Context } from '../ground/context.ts';
import { namelessHttpOptions, signalled } from '../ground/http-options.ts';
import { type ProfilePage, readProfilePage } from '../protocol/identities/profile-page.ts';
import type { LoginSettings } from '../settings/login-settings.ts';

/**
 * Reads the page at an address as `readProfilePage` does. It leads to no network that the address which was typed is not in
 * (T14), as everything else of the sign-in. Throws as `readProfilePage` does.
 */
export async function pageAt(
  address: string,
  accept: string,
  settings: LoginSettings,
  context: Context,
): Promise<ProfilePage | undefined> {
  const http = await context.openHttp({ ...namelessHttpOptions(settings, context), streaming: true });
  try {
    const fetch = signalled(http.fetch, context.signal);
    return await readProfilePage(address, accept, { ...settings, fetch });
  } finally {
    await http.close();
  }
}
