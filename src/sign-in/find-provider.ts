import { confirmTokenOrigin, type TokenOriginQuestion } from '../access/confirm-token-origin.ts';
import type { Context } from '../ground/context.ts';
import { NetworkError } from '../ground/errors.ts';
import type { Fetch } from '../ground/fetch.ts';
import { findPreset } from '../providers/catalogue.ts';
import { unlessRedirected } from '../providers/discovery.ts';
import type { Provider, ResolvedProvider } from '../providers/provider.ts';
import { resolveProvider } from '../providers/resolve.ts';
import type { LoginSettings } from '../settings/login-settings.ts';

/** The statuses of a proxy whose server does not answer (RFC 9110 §15.6). */
const nobodyBehind: ReadonlySet<number> = new Set([502, 503, 504]);

/**
 * Finds the endpoints of the provider that somebody is about to sign in to, and has a foreign token endpoint confirmed.
 *
 * Throws as `resolveProvider` and `confirmTokenOrigin` do.
 */
export async function findProvider(
  settings: LoginSettings,
  fetch: Fetch,
  context: Context,
  ask: TokenOriginQuestion,
): Promise<ResolvedProvider> {
  const provider = await resolveProvider(settings.provider, {
    fetch,
    allowHttpLoopback: settings.allowHttpLoopback,
    // The metadata decides whether a code will be asked for.
    withoutCode: true,
  });
  await confirmTokenOrigin(provider, settings, context, ask);
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

/**
 * Makes sure that something answers at a provider without metadata, before a person registers a client there: any
 * reply and any redirect will do.
 *
 * Throws a `NetworkError` when nothing answers.
 */
async function requireAnswer(
  { endpoints, issuer, label }: Pick<Provider, 'endpoints' | 'issuer' | 'label'>,
  fetch: Fetch,
): Promise<void> {
  const { origin } = new URL(endpoints.authorization_endpoint ?? issuer);
  const response = await unlessRedirected(fetch, `${origin}/`, undefined);
  await response?.body?.cancel();
  if (response === undefined || !nobodyBehind.has(response.status)) {
    return;
  }
  throw new NetworkError('network_server_error', `${label} answered with status ${response.status}`, {
    hint: `check the spelling of ${origin}, or try again later; nothing was saved`,
  });
}
