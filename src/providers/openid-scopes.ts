import type { Provider } from './provider.ts';

/** Members that OpenID Connect Discovery §3 knows and RFC 8414 §2 does not. */
const openidMembers = [
  'subject_types_supported',
  'id_token_signing_alg_values_supported',
  'userinfo_endpoint',
] as const;

/**
 * Gives the scopes to ask for at a server whose metadata is known: those that stand for OpenID Connect only where the
 * document is OpenID's, or lists them. A server of another kind may refuse the whole request for them.
 *
 * @see [OpenID Connect Discovery §3](https://openid.net/specs/openid-connect-discovery-1_0.html#ProviderMetadata)
 * @see [RFC 8414 §2](https://www.rfc-editor.org/rfc/rfc8414.html#section-2)
 */
export function scopesAtServer(
  { scopes, areScopesOpenid }: Pick<Provider, 'scopes' | 'areScopesOpenid'>,
  document: object,
  supported: readonly string[] = [],
): readonly string[] {
  const isOpenid = openidMembers.some((name) => Object.hasOwn(document, name));
  return areScopesOpenid !== true || isOpenid ? scopes : scopes.filter((scope) => supported.includes(scope));
}
