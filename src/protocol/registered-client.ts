import type { Secret } from '../ground/secret.ts';
import type { ClientAuthentication } from '../providers/provider.ts';

/** Where a client is managed, and with which registration access token (RFC 7592 §2). */
export interface ClientManagement {
  readonly uri: string;
  readonly token: Secret;
}

/** A client that this tool registered with an authorization server. */
export interface RegisteredClient {
  readonly clientId: string;
  readonly clientSecret?: Secret;
  /** When the secret ends, where the server says so (`client_secret_expires_at`, RFC 7591 §3.2.1). */
  readonly secretExpiresAt?: Date;
  /** How it authenticates at the token endpoint (RFC 7591 §2). */
  readonly clientAuthentication: ClientAuthentication;
  /** Where it can be deleted again (RFC 7592 §2.3), and with which registration access token. */
  readonly management?: ClientManagement;
}

/** What is registered. */
export interface RegistrationRequest {
  readonly redirectUri: string;
  readonly scopes: readonly string[];
}

/** The name under which people find this tool at the server. */
export const CLIENT_NAME = 'oauth-login';
