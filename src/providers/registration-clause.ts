import type { Provider } from './provider.ts';

/**
 * The kind of client that needs no entry of this redirect URI; `undefined` where it has to be registered. A
 * redirect URI on another host always has to be registered.
 */
export function kindWithoutRedirectUri(provider: Provider, redirectUri: string): string | undefined {
  // Where a code is typed there is no URI to compare (RFC 5849 §2.1).
  const isUsual = !URL.canParse(redirectUri) || new URL(redirectUri).hostname === provider.redirect.host;
  return isUsual ? provider.registration?.withoutRedirectUri : undefined;
}

/** What to register and where, in one clause, for a hint. The page is not filled in, which would make it very long. */
export function registrationClause(provider: Provider, redirectUri: string, forDevice: boolean): string {
  const page = provider.registration?.page;
  const where = page === undefined ? `with the people who run ${provider.label}` : `at ${page}`;
  const deviceKind = forDevice ? provider.device?.kindOfClient : undefined;
  const kind = deviceKind ?? kindWithoutRedirectUri(provider, redirectUri);
  return kind === undefined
    ? `register a client ${where} with the redirect URI ${redirectUri}`
    : `register ${kind} ${where} (no redirect URI is entered there)`;
}
