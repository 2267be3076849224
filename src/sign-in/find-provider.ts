import { confirmTokenOrigin } from '../access/confirm-token-origin.ts';
import type { Context } from '../ground/context.ts';
import type { Fetch } from '../ground/fetch.ts';
import { findPreset } from '../providers/catalogue.ts';
import type { Provider, ResolvedProvider } from '../providers/provider.ts';
import { requireAnswer } from '../providers/require-answer.ts';
import { resolveProvider } from '../providers/resolve.ts';
import type { LoginSettings } from '../settings/login-settings.ts';

/**
 * Finds the endpoints of the provider that somebody is about to sign in to, and has a foreign token endpoint confirmed.
 *
 * Throws as `resolveProvider` and `confirmTokenOrigin` do.
 */
export async function findProvider(
  settings: LoginSettings,
  fetch: Fetch,
  context: Context,
): Promise<ResolvedProvider> {
  const provider = await resolveProvider(settings.provider, {
    fetch,
    allowHttpLoopback: settings.allowHttpLoopback,
    // Whether a code will be asked for is known when it is known what the provider offers.
    withoutCode: true,
  });
  await confirmTokenOrigin(provider, settings, context);
  return provider;
}

/**
 * Throws a `NetworkError` when nothing answers at a host that the person named: metadata show it elsewhere, and the
 * presets' own hosts are known to be there.
 */
export async function requireReachable(
  { provider, host }: { readonly provider: Provider; readonly host?: string },
  fetch: Fetch,
): Promise<void> {
  const isOwn = host !== undefined || findPreset(provider.name) === undefined;
  if (provider.discovery === 'none' && isOwn) {
    await requireAnswer(provider, fetch);
  }
}
