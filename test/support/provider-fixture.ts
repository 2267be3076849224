import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

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

const directory = fileURLToPath(new URL('../provider-fixtures/', import.meta.url));

/** Every fixture, by the name of its provider. */
export function providerFixtures(): ReadonlyMap<string, ProviderFixture> {
  const names = readdirSync(directory).map((file) => file.replace(/\.json$/, ''));
  return new Map(
    names.map((name) => [name, JSON.parse(readFileSync(`${directory}${name}.json`, 'utf8'))] as const),
  );
}
