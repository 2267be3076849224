import { listOf } from './description.ts';
import { objectOf, optional } from './object-description.ts';
import * as texts from './provider-file-texts.ts';

/** A service of the provider that takes the access token as a password. */
export interface TokenAsPassword {
  /** Where it is, besides the API; only scheme, host and port count. */
  readonly origins?: readonly string[];
  /** The `{host}` whose accounts it takes; absent: all. */
  readonly host?: string;
  /** The user name that goes with a token; absent: any. */
  readonly username?: string;
  /** The scopes that reading and writing there takes. */
  readonly scopes?: readonly string[];
}

/** How a provider file describes such a service. */
export const tokenAsPassword = objectOf({
  origins: optional('Where it is, if not at the origins of the API.', listOf(texts.origin)),
  host: optional('The {host} whose accounts it takes; by default all.', texts.value),
  username: optional('The user name that goes with the token; by default any.', texts.value),
  scopes: optional('The scopes that reading and writing there takes.', listOf(texts.scope)),
});
