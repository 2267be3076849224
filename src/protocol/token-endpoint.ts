import type { TokenBinding } from '../credential/dpop/proof-key.ts';
import type { Context } from '../ground/context.ts';
import type { Fetch } from '../ground/fetch.ts';
import type { ClientCertificateFiles } from '../ground/ports.ts';
import type { ResolvedProvider } from '../providers/provider.ts';
import type { OAuthClient } from './client-authentication.ts';

/** What an exchange at the token endpoint needs besides its own parameters. */
export interface TokenEndpoint {
  readonly provider: ResolvedProvider;
  readonly client: OAuthClient;
  readonly fetch: Fetch;
  readonly allowHttpLoopback: boolean;
  readonly now: () => Date;
  /** Stands for the granted scopes when the server names none (RFC 6749 §5.1). */
  readonly requestedScopes: readonly string[];
  /** The key that the tokens are to be bound to (RFC 9449); absent: bearer tokens are asked for. */
  readonly binding?: TokenBinding;
  /** What the client shows when a connection is opened, to which tokens may be bound (RFC 8705 §3). */
  readonly clientCertificate?: ClientCertificateFiles;
  /** What becomes of an ID Token while its keys cannot be fetched; the whole reply is refused unless told. */
  readonly idTokenWithoutKeys?: 'left-out';
}

/** The token endpoint of a provider, used by one client. Lifetimes are counted from the clock of this machine. */
export function tokenEndpoint(
  use: Omit<TokenEndpoint, 'now'>,
  { clock }: Pick<Context, 'clock'>,
): TokenEndpoint {
  return { ...use, now: () => clock.now() };
}

/** Name and value of a parameter of a request; a name may come more than once (RFC 8693 §2.1, RFC 8707 §2). */
export type RequestParameter = readonly [name: string, value: string];

/** The token endpoint in the words of an error. */
export function tokenEndpointOf({ provider }: TokenEndpoint): string {
  return `the token endpoint of ${provider.label}`;
}
