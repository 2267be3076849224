import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { SignatureMethod } from '../../src/providers/oauth1.ts';

/** What a provider answers, and which requests it takes, written from its documentation and not from its file. */
export interface ProviderFixture {
  readonly documentation: string;
  /** Domains that are the provider's, besides those of its authorization and token endpoint. */
  readonly domains?: readonly string[];
  readonly place?: { readonly host?: string; readonly tenant?: string };
  /** The metadata document and where it is published. */
  readonly metadata?: { readonly url: string; readonly reply: Readonly<Record<string, unknown>> };
  readonly authorization: {
    readonly url: string;
    readonly scope?: string;
    /** What the request carries besides the parameters of RFC 6749, RFC 7636 and OpenID Connect. */
    readonly parameters?: Readonly<Record<string, string>>;
  };
  readonly token: {
    readonly request: string;
    readonly authentication: 'post' | 'basic' | 'none';
    readonly parameters?: Readonly<Record<string, string>>;
    /** The request is a JSON object. */
    readonly json?: true;
    /** The reply, where `{access_token}` stands for the token; a top-level `access_token` need not be written. */
    readonly reply: Readonly<Record<string, unknown>>;
  };
  /** Claims of the ID Token, beside `aud`, `nonce` and its times. */
  readonly id_token?: Readonly<Record<string, unknown>>;
  readonly wrong_secret: { readonly status: number; readonly reply: unknown; readonly code: string };
  /** Absent: nothing there tells who signed in. */
  readonly profile?: {
    readonly request: string;
    readonly headers?: Readonly<Record<string, string>>;
    readonly query?: Readonly<Record<string, string>>;
    /** The request has a JSON object for body. */
    readonly json?: true;
    readonly reply: Readonly<Record<string, unknown>>;
  };
  readonly emails?: { readonly request: string; readonly reply: unknown };
  /** The normalised profile, without `provider` and `raw`. */
  readonly claims: Readonly<Record<string, unknown>>;
  readonly refresh?: { readonly request?: string; readonly reply: Readonly<Record<string, unknown>> };
  readonly revocation?: { readonly request: string };
}

/** A provider of OAuth 1.0a, or that part of a provider of both. */
export interface OAuth1Fixture
  extends Pick<ProviderFixture, 'documentation' | 'domains' | 'place' | 'profile' | 'claims'> {
  readonly oauth1: Partial<Pick<ProviderFixture, 'profile' | 'claims'>> & {
    /** Of the requests for credentials; POST when absent. */
    readonly method?: 'GET';
    readonly temporary: string;
    /** What the request for temporary credentials carries besides the protocol parameters. */
    readonly temporary_parameters?: Readonly<Record<string, string>>;
    readonly authorization: {
      readonly url: string;
      /** The name of `oauth_token`, where it has another one. */
      readonly token_parameter?: string;
      readonly parameters?: Readonly<Record<string, string>>;
    };
    readonly token: string;
    readonly signature_method?: SignatureMethod;
    readonly place?: 'header' | 'body' | 'query';
    readonly realm?: string;
    /** Where no client is registered. */
    readonly client_id?: string;
    readonly client_secret?: string;
    /** A server of OAuth Core 1.0, which knows no verifier. */
    readonly core?: true;
    /** There is no callback: the page shows a code. */
    readonly pin?: true;
    /** The callback is compared, so nothing may be added to it. */
    readonly exact_callback?: true;
    /** The header in which requests show the token's secret alone, in small letters. */
    readonly key_header?: string;
    /** What else stands in the reply with the token. */
    readonly reply?: Readonly<Record<string, string>>;
  };
}

const directory = fileURLToPath(new URL('../provider-fixtures/', import.meta.url));

function fixtures(): (readonly [string, ProviderFixture | OAuth1Fixture])[] {
  const names = readdirSync(directory).map((file) => file.replace(/\.json$/, ''));
  return names.map((name) => [name, JSON.parse(readFileSync(`${directory}${name}.json`, 'utf8'))]);
}

/** The name of every provider that has a fixture. */
export function fixtureNames(): string[] {
  return fixtures().map(([name]) => name);
}

/** Every fixture of OAuth 2.0, by the name of its provider. */
export function providerFixtures(): ReadonlyMap<string, ProviderFixture> {
  return new Map(
    fixtures().flatMap(([name, fixture]) => ('authorization' in fixture ? [[name, fixture] as const] : [])),
  );
}

/** Every fixture of OAuth 1.0a, by the name of its provider. */
export function oauth1Fixtures(): ReadonlyMap<string, OAuth1Fixture> {
  return new Map(
    fixtures().flatMap(([name, fixture]) => ('oauth1' in fixture ? [[name, fixture] as const] : [])),
  );
}
