import { presetOfHost } from './catalogue.ts';
import { standardClaims } from './profile-request.ts';
import type { Provider } from './provider.ts';
import type { Quirk } from './quirk.ts';
import { resourceLabel } from './resource-identifier.ts';

/** Members that OpenID Connect Discovery §3 knows and RFC 8414 §2 does not. */
const openidMembers = [
  'subject_types_supported',
  'id_token_signing_alg_values_supported',
  'userinfo_endpoint',
] as const;

/**
 * Gives a provider for any issuer that publishes metadata (OpenID Connect Discovery §4, RFC 8414).
 *
 * @see https://openid.net/specs/openid-connect-discovery-1_0.html
 */
export function openidProvider(name: string, label: string, issuer: string): Provider {
  return {
    name,
    label,
    issuer,
    discovery: 'any',
    endpoints: {},
    scopes: ['openid', 'profile', 'email'],
    areScopesOpenid: true,
    scopeSeparator: ' ',
    pkce: 'required',
    clientAuthentication: 'client_secret_basic',
    clientSecret: 'optional',
    redirect: { host: '127.0.0.1', path: '/callback', port: 'any' },
    // Many servers drop offline_access without a word unless consent is asked for (OpenID Connect Core §11).
    offlineAccess: {
      scopes: ['offline_access'],
      onlyListedScopes: true,
      consentParameters: { prompt: 'consent' },
    },
    authorizationParameters: {},
    profile: { map: standardClaims },
    revocation: { kind: 'rfc7009' },
    quirks: metadataQuirks(issuer),
    notes: [
      'The redirect URI to register is http://127.0.0.1/callback; many servers then accept any port.',
      'If the server compares the port as well, register one and give it with --port.',
      'A native (public) client needs no secret; that is the type to register for a program on your own machine.',
    ],
  };
}

/** What is known of a protected resource. */
interface ResourceOfProvider {
  readonly identifier: string;
  readonly scopes?: readonly string[];
  /** It takes tokens only that are bound to a key (RFC 9449). */
  readonly dpop?: 'required';
}

/**
 * Gives the provider of a protected resource: its authorization server, which is asked for tokens for this resource and
 * for nothing about the person. What the catalogue knows of that server stays with sign-ins to the server itself.
 *
 * @see [RFC 9728 §7.6](https://www.rfc-editor.org/rfc/rfc9728.html#section-7.6)
 */
export function resourceProvider(
  name: string,
  issuer: string,
  { identifier, scopes = [], dpop }: ResourceOfProvider,
): Provider {
  return {
    ...openidProvider(name, resourceLabel(identifier), issuer),
    discovery: 'resource',
    resource: identifier,
    scopes,
    areScopesOpenid: false,
    withoutUserInfo: true,
    apiOrigins: [identifier],
    ...(dpop === undefined ? {} : { dpop }),
    quirks: [],
    notes: [],
  };
}

/**
 * Gives the quirks that the catalogue knows of the metadata of an issuer that is given by its address: whether S256
 * works there although it is not listed (RFC 8414 §2).
 */
function metadataQuirks(issuer: string): readonly Quirk[] {
  const preset = URL.canParse(issuer) ? presetOfHost(new URL(issuer).host) : undefined;
  const isKnown = preset?.quirks.includes('s256-not-advertised') && isIssuerOf(preset.issuer, issuer);
  return isKnown ? ['s256-not-advertised'] : [];
}

/** Whether the issuer is the one of the template, for some tenant. */
function isIssuerOf(template: string, issuer: string): boolean {
  const [before = '', after] = template.split('{tenant}');
  if (after === undefined) {
    return issuer === before;
  }
  const tenant = issuer.slice(before.length, -after.length);
  return issuer === `${before}${tenant}${after}` && /^[A-Za-z0-9.-]+$/.test(tenant);
}

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
