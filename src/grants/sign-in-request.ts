import type { AccountHead } from '../accounts/account.ts';
import type { TokenBinding } from '../credential/dpop/proof-key.ts';
import type { OAuth1Signer } from '../credential/oauth1/signed-request.ts';
import type { Context } from '../ground/context.ts';
import { defined } from '../ground/defined.ts';
import { AuthorizationServerError } from '../ground/errors.ts';
import type { Fetch } from '../ground/fetch.ts';
import type { ClientCertificateFiles } from '../ground/ports.ts';
import type { Secret } from '../ground/secret.ts';
import type { AuthorizationResponse } from '../loopback/authorization-response.ts';
import type { OAuthClient } from '../protocol/client-authentication.ts';
import { type TokenEndpoint, tokenEndpoint } from '../protocol/token-endpoint.ts';
import type { TokenSet } from '../protocol/token-set.ts';
import type { ResolvedProvider } from '../providers/provider.ts';
import type { ResponseMode } from '../providers/response-mode.ts';
import type { RedirectSettings } from '../settings/redirect-uri.ts';
import type { SignInProgress } from './sign-in-progress.ts';

/** What every grant with a person needs. */
export interface SignInRequest {
  readonly provider: ResolvedProvider;
  readonly client: OAuthClient;
  /** The key that the tokens are to be bound to (RFC 9449); absent: bearer tokens are asked for. */
  readonly binding?: TokenBinding;
  /** What the client shows when a connection is opened (RFC 8705). */
  readonly clientCertificate?: ClientCertificateFiles;
  /** Scopes asked for, offline access included. */
  readonly scopes: readonly string[];
  readonly fetch: Fetch;
  readonly allowHttpLoopback: boolean;
  /** Seconds that the person has. */
  readonly timeoutSeconds: number;
  readonly progress: SignInProgress;
  /** Asked only where `isInteractive`. */
  readonly questions: GrantQuestions;
}

/** What the authorization code grant needs. */
export interface CodeRequest extends SignInRequest {
  readonly redirect: RedirectSettings;
  /** More parameters of the authorization request, offline access included. */
  readonly parameters: Readonly<Record<string, string>>;
  readonly loginHint?: string;
  /** How the server is to answer, where the person asked for that. */
  readonly responseMode?: ResponseMode;
  /** The request is signed with the key of the client, although nothing else demands it (RFC 9101). */
  readonly signs: boolean;
  /** The request is pushed to the server before the browser opens, although nothing else demands it (RFC 9126). */
  readonly pushes: boolean;
  readonly openBrowser: boolean;
  /** Values of the server's `error` after which another round follows, so that the page does not call it failed. */
  readonly retriedErrors: ReadonlySet<string>;
  /** Nobody has signed in with this client here, so its identifier may be wrong. */
  readonly isNewClient: boolean;
}

/** What the device authorization grant needs. */
export interface DeviceRequest extends SignInRequest {
  /** The time was given with a flag, so it ends the wait even when the code lives longer. */
  readonly timeoutNamed: boolean;
}

/** What is known of how a person came back, besides the tokens. */
export interface SignInFacts {
  /** The client, with the method of authentication that the server took. */
  readonly client: OAuthClient;
  /** Absent where no redirect took place. */
  readonly redirectUri?: string;
  readonly browser: AuthorizationResponse['browser'];
  /** Signs requests with the new token credentials (RFC 5849 §3); absent for bearer tokens. */
  readonly signer?: OAuth1Signer;
}

/** What happened to the tokens of a grant. `command` prints the token that was kept. */
export type SignInOutcome =
  | { readonly kind: 'signed-in'; readonly account: AccountHead; readonly command: string | undefined }
  | { readonly kind: 'failed'; readonly error: unknown };

/**
 * The result of a grant with a person. A grant that fails throws, after it has shown the failure in the browser.
 */
export interface GrantedSignIn {
  readonly tokens: TokenSet;
  readonly facts: SignInFacts;
  /** Shows the person how the sign-in ended, and closes what the grant has opened. It is called exactly once. */
  readonly finish: (outcome: SignInOutcome) => Promise<void>;
}

/** Whether another round follows after this error. */
export function isRetried(error: unknown, retriedErrors: ReadonlySet<string>): boolean {
  return error instanceof AuthorizationServerError && retriedErrors.has(error.error);
}

/** The token endpoint as the requests of a sign-in need it. */
export function tokenEndpointFor(request: SignInRequest, context: Pick<Context, 'clock'>): TokenEndpoint {
  const { provider, client, fetch, allowHttpLoopback, scopes: requestedScopes } = request;
  const { binding, clientCertificate } = request;
  const use = {
    provider,
    client,
    fetch,
    allowHttpLoopback,
    requestedScopes,
    ...defined({ binding, clientCertificate }),
  };
  return tokenEndpoint(use, context);
}

/**
 * What a grant asks the person at the terminal; `output/` has the words. Each rejects with an `AbortedError` on Ctrl-C,
 * an `InputEndedError` on Ctrl-D.
 */
export interface GrantQuestions {
  /** Whether that host, at which the code is to be entered, belongs to the provider (RFC 8628 §3.3). */
  isHostOfProvider(host: string): Promise<boolean>;
  /**
   * Runs work that asks for the redirected address until it has the right one; nothing of what is pasted is shown. The
   * signal takes the question back, with its reason.
   */
  pastedAddress<Result>(
    work: (ask: (stop: AbortSignal) => Promise<Secret>) => Promise<Result>,
  ): Promise<Result>;
  /** The same for the verifier that the page of OAuth 1.0a shows where there is no callback (RFC 5849 §2.1). */
  verifier<Result>(work: (ask: (stop: AbortSignal) => Promise<Secret>) => Promise<Result>): Promise<Result>;
}
