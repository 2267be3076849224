import type { Provider } from '../providers/provider.ts';

/**
 * The values that are made anew for each authorization request. Except for the challenge, they never leave the
 * memory of this process as they are.
 */
export interface Attempt {
  /** 32 random bytes, base64url (RFC 6749 §10.12). */
  readonly state: string;
  /** Present when an ID Token is asked for (OpenID Connect Core §3.1.2.1). */
  readonly nonce?: string;
  /** Absent only where the provider's policy is `never` (RFC 7636 §4.1, §4.2). */
  readonly pkce?: { readonly codeVerifier: string; readonly codeChallenge: string };
}

/** Makes the state, the nonce and the PKCE pair (S256) of one attempt. */
export async function newAttempt(
  { pkce: policy, quirks }: Pick<Provider, 'pkce' | 'quirks'>,
  scopes: readonly string[],
): Promise<Attempt> {
  const library = await import('oauth4webapi');
  const codeVerifier = library.generateRandomCodeVerifier();
  return {
    state: library.generateRandomState(),
    ...(scopes.includes('openid') && !quirks.includes('nonce-not-returned')
      ? { nonce: library.generateRandomNonce() }
      : {}),
    ...(policy === 'never'
      ? {}
      : { pkce: { codeVerifier, codeChallenge: await library.calculatePKCECodeChallenge(codeVerifier) } }),
  };
}
