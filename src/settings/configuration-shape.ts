import { isReservedParameter } from '../protocol/authorization-request.ts';
import { catalogue, findPreset } from '../providers/catalogue.ts';
import type { Rule } from '../providers/description.ts';
import { isLoopbackAddress } from '../providers/endpoint.ts';
import { sharedMemberRule, sharedMembers } from '../providers/provider-file.ts';
import { isStoreKind } from '../secrets/store-kind.ts';
import { readRedirectUri } from './redirect-uri.ts';
import { isScope } from './scope.ts';

/** The rule for names of providers; they become parts of variable names, never paths. */
export const PROVIDER_NAME = /^[a-z0-9][a-z0-9._-]{0,63}(?<!\.)$/;

/** What a member of the file has to be; `expected` says it to the person who wrote something else. */
export type Shape =
  | {
      readonly kind: 'text';
      readonly expected: string;
      readonly accepts: (text: string) => boolean;
      /** The only texts that are accepted, for suggestions. */
      readonly choices?: readonly string[];
    }
  /** Described where the members of provider files are. */
  | { readonly kind: 'shared'; readonly rule: () => Rule<unknown> }
  | { readonly kind: 'list'; readonly expected: string; readonly accepts: (text: string) => boolean }
  | {
      readonly kind: 'texts';
      readonly expected: string;
      readonly keys?: readonly string[];
      /** The keys that may also hold `null`. */
      readonly nullable?: readonly string[];
      readonly accepts: (text: string, key: string) => boolean;
    };

const ENDPOINTS = [
  'authorization_endpoint',
  'token_endpoint',
  'userinfo_endpoint',
  'revocation_endpoint',
  'device_authorization_endpoint',
  'jwks_uri',
] as const;

/** Names that mean something to objects; no member of the file is called so. */
export const FORBIDDEN_NAMES: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

const text = (expected: string, accepts: (text: string) => boolean): Shape => ({
  kind: 'text',
  expected,
  accepts,
});
const matching = (expected: string, pattern: RegExp) => text(expected, (value) => pattern.test(value));
const isUrl = (value: string) => /^https?:\/\/[\x21-\x7e]+$/.test(value) && URL.canParse(value);

function isApiOrigin(value: string): boolean {
  if (!isUrl(value) || value.includes('*') || new URL(value).origin !== value) return false;
  const { protocol, hostname } = new URL(value);
  return protocol === 'https:' || isLoopbackAddress(hostname);
}

/** What a provider's entry may hold. */
export const PROVIDER_SHAPE: ReadonlyMap<string, Shape> = new Map<string, Shape>([
  [
    'preset',
    {
      kind: 'text',
      expected: 'the name of a preset, as oauth-login providers lists them',
      accepts: (name) => findPreset(name) !== undefined,
      get choices() {
        return catalogue.keys();
      },
    },
  ],
  // It is shown in the terminal and in the browser.
  ['label', matching('a text of up to 100 printable characters', /^[^\p{C}\p{Zl}\p{Zp}]{1,100}$/u)],
  ['issuer', text('an https URL', isUrl)],
  ['host', matching('a host name such as "git.example.com"', /^[A-Za-z0-9.:[\]-]+$/)],
  ['tenant', matching('a tenant id or domain', /^[A-Za-z0-9.-]+$/)],
  ['client_id', matching('a client identifier', /^[\x20-\x7e]+$/)],
  [
    'client_authentication',
    matching(
      '"none", "client_secret_post" or "client_secret_basic"',
      /^(none|client_secret_post|client_secret_basic)$/,
    ),
  ],
  ['code_challenge_method', text('"S256"', (value) => value === 'S256')],
  ['token_type', text('"bearer"', (value) => value === 'bearer')],
  ['id_token_nonce', text('"optional"', (value) => value === 'optional')],
  [
    'trusted_audiences',
    {
      kind: 'list',
      expected: 'a list of texts, one audience each',
      accepts: (value) => /^[\x21-\x7e]{1,2048}$/.test(value),
    },
  ],
  [
    'redirect_uri',
    text(
      'a URI such as "http://127.0.0.1:8765/callback" or "https://client.example/callback"',
      (value) => readRedirectUri(value) !== undefined,
    ),
  ],
  ['scopes', { kind: 'list', expected: 'a list of texts, one scope each', accepts: isScope }],
  [
    'parameters',
    {
      kind: 'texts',
      expected: 'a text, and none of the names that oauth-login sets itself',
      accepts: (_value, key) => !isReservedParameter(key),
    },
  ],
  [
    'endpoints',
    {
      kind: 'texts',
      expected: 'an https URL',
      keys: ENDPOINTS,
      nullable: ['userinfo_endpoint'],
      accepts: isUrl,
    },
  ],
  [
    'api_origins',
    {
      kind: 'list',
      expected: 'a list of origins such as "https://api.example.com" (plain http: loopback addresses only)',
      accepts: isApiOrigin,
    },
  ],
  [
    'token_endpoint_origin',
    text(
      'an origin such as "https://login.example.com"',
      (value) => isUrl(value) && new URL(value).origin === value,
    ),
  ],
  ...sharedMembers.map((name) => [name, { kind: 'shared', rule: () => sharedMemberRule(name) }] as const),
]);

/** What stands at the top of the file, besides `providers`. */
export const TOP_SHAPE: ReadonlyMap<string, Shape> = new Map<string, Shape>([
  ['$schema', text('a text', () => true)],
  ['store', text('"keychain", "passphrase" or "file"', isStoreKind)],
  ['default_account', text('the id of an account, as oauth-login status shows it', () => true)],
]);
