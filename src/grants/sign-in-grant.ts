import type { Fetch } from '../ground/fetch.ts';
import type { AuthorizationResponse } from '../loopback/authorization-response.ts';
import type { OAuthClient } from '../protocol/client-authentication.ts';
import type { TokenSet } from '../protocol/token-set.ts';
import type { ResolvedProvider } from '../providers/provider.ts';
import type { LoginSettings } from '../settings/login-settings.ts';
import type { SignInProgress } from './sign-in-progress.ts';

/** What is known of how a person came back, besides the tokens. */
export interface SignInFacts {
  /** The client, with the method of authentication that the server took. */
  readonly client: OAuthClient;
  /** Absent where no redirect took place. */
  readonly redirectUri?: string;
  readonly browser: AuthorizationResponse['browser'];
}

/** What a grant with a person needs. */
export interface SignInGrant {
  readonly provider: ResolvedProvider;
  readonly client: OAuthClient;
  readonly settings: LoginSettings;
  /** Scopes asked for, offline access included. */
  readonly scopes: readonly string[];
  /** More parameters of the request, offline access included. */
  readonly parameters: Readonly<Record<string, string>>;
  readonly fetch: Fetch;
  readonly progress: SignInProgress;
  /** Whether the sign-in goes on in another round after this error, so that the page does not call it failed. */
  readonly goesOn: (error: unknown) => boolean;
  /** What has to succeed before anybody is told so: the profile, the store. Gives the person for the page, where it is known. */
  readonly conclude: (tokens: TokenSet, facts: SignInFacts) => Promise<string | undefined>;
}
