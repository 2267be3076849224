import type { ResponseMode } from '../providers/response-mode.ts';
import type { TargetFlags } from './target.ts';

/** The flags of `login`, as the command line gives them. */
export interface LoginFlags extends TargetFlags {
  readonly clientId?: string;
  readonly clientSecretFile?: string;
  /** The private key that signs with RSA-SHA1. */
  readonly keyFile?: string;
  readonly clientAuthentication?: string;
  readonly scope?: readonly string[];
  readonly browser?: boolean;
  readonly device?: boolean;
  /** The server asks the person on a device of theirs (CIBA). */
  readonly ciba?: boolean;
  /** What it shows there. */
  readonly bindingMessage?: string;
  /** The tokens have to be bound to a key (RFC 9449). */
  readonly dpop?: boolean;
  readonly port?: string;
  readonly redirectUri?: string;
  /** The stored account to sign in again, and no other. */
  readonly account?: string;
  /** The name to give the account. */
  readonly as?: string;
  readonly loginHint?: string;
  readonly param?: readonly string[];
  /** The file with the parameter `authorization_details` (RFC 9396). */
  readonly authorizationDetails?: string;
  /** The authorization request is pushed (RFC 9126). */
  readonly par?: boolean;
  /** The authorization request is signed (RFC 9101). */
  readonly signedRequest?: boolean;
  /** How the server is to answer. */
  readonly responseMode?: ResponseMode;
  readonly offlineAccess?: boolean;
  readonly shortLived?: boolean;
  readonly timeout?: string;
  readonly store?: string | false;
  readonly caFile?: string;
  /** The certificate that the client shows, and its private key (RFC 8705). */
  readonly clientCertificateFile?: string;
  readonly clientCertificateKeyFile?: string;
  readonly allowHttpLoopback?: boolean;
  /** The address of the document that is the client (Client ID Metadata Document). */
  readonly clientMetadataUrl?: string;
  /** Agrees to the server that a protected resource names, once it is shown. */
  readonly yes?: boolean;
  /** False: the parameter `resource` is not sent (RFC 8707 §2). */
  readonly resourceParameter?: boolean;
  readonly json?: boolean;
  readonly events?: boolean;
  /** False: the sign-in is begun, and another call goes on with it. */
  readonly wait?: boolean;
  readonly debug?: boolean;
}
