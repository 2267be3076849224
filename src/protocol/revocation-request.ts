import type { Fetch } from '../ground/fetch.ts';
import type { ResolvedProvider } from '../providers/provider.ts';
import type { OAuthClient } from './client-authentication.ts';

/** Whose tokens are taken back, and how to reach the provider. */
export interface RevocationRequest {
  readonly provider: ResolvedProvider;
  readonly client: OAuthClient;
  /** Absent: nobody knows who signed in. */
  readonly subject?: string;
  readonly fetch: Fetch;
  readonly allowHttpLoopback: boolean;
}
