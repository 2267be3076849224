import { clientAuthentications } from '../providers/provider.ts';
import type { Flag } from './flag.ts';

/** A host as people paste it: from the address bar of a browser, with the scheme before it and a slash after it. */
function plainHost(value: string): string {
  return value.replace(/^https:\/\//i, '').replace(/\/$/, '');
}

/** Which account. */
export const account: Flag = {
  usage: '--account <name>',
  description: 'the account, by user name, e-mail address or the name of --as; as in github:octocat',
  completes: { from: 'accounts' },
};

/** Which server of a self-hosted provider. */
export const host: Flag = {
  usage: '--host <host>',
  description: 'the host of a self-hosted provider, such as git.example.com',
  read: plainHost,
};

/** Which tenant of a provider. */
export const tenant: Flag = {
  usage: '--tenant <tenant>',
  description: 'the tenant, if the provider has tenants',
};

/** Which issuer (RFC 8414 §2). */
export const issuer: Flag = { usage: '--issuer <url>', description: 'the exact issuer URL' };

/** Which token. */
export const whichToken: readonly Flag[] = [account, host, tenant, issuer];

/** Signs in before anything else, where that is needed. */
export const signInFirst: Flag = {
  usage: '--login',
  description: 'sign in first if that is needed, in a terminal',
};

/** Answers with JSON. */
export const json: Flag = { usage: '--json', description: 'print one JSON document, also for errors' };

/** Shows what is sent. */
export const debug: Flag = {
  usage: '--debug',
  description: 'show each request (never a secret) and stack traces',
};

/** Runs although other programs may look into this one. */
export const allowDebug: Flag = {
  usage: '--allow-debug',
  description: 'run even if Node was started with --inspect or similar (see docs/security.md)',
};

/** How long a token has to be valid. */
export const minValidity: Flag = {
  usage: '--min-validity <seconds>',
  description: 'the token must be valid for at least this long (default: 60)',
};

/** The client identifier (RFC 6749 §2.2). */
export const clientId: Flag = { usage: '--client-id <id>', description: 'the client ID' };

/** Where the client secret is read from. */
export const clientSecretFile: Flag = {
  usage: '--client-secret-file <path>',
  description: 'read the client secret from a file (- is standard input)',
};

/** How the client authenticates (RFC 6749 §2.3). */
export const clientAuthentication: Flag = {
  usage: '--client-authentication <method>',
  description: 'how the client authenticates: client_secret_basic, private_key_jwt, none, …',
  completes: { words: clientAuthentications },
};

/** Where the private key of the client is read from (RFC 7523, RFC 5849 §3.4.3). */
export const keyFile: Flag = {
  usage: '--key-file <path>',
  description: 'the private key (JWK or PEM) that the client signs with (private_key_jwt, RSA-SHA1)',
};

/** More scopes (RFC 6749 §3.3). */
export const scope: Flag = {
  usage: '--scope <scopes>',
  description: 'request more scopes; repeatable, or separated by commas or spaces',
  isRepeatable: true,
};

/** More parameters of the authorization or token request. */
export const param: Flag = {
  usage: '--param <name=value>',
  description: 'add a parameter to the request; repeatable',
  isRepeatable: true,
};

/** The redirect URI (RFC 6749 §3.1.2). */
export const redirectUri: Flag = {
  usage: '--redirect-uri <uri>',
  description: 'the exact redirect URI that you registered',
};

/** Where the sealing key is kept. */
export const store: Flag = {
  usage: '--store <kind>',
  description: 'where to keep the key that protects your sign-ins: keychain, passphrase or file',
  completes: { words: ['keychain', 'passphrase', 'file'] },
};

/** The certificate of the client (RFC 8705). */
export const clientCertificateFile: Flag = {
  usage: '--client-certificate-file <path>',
  description: 'the certificate (PEM) that your client shows to servers that ask for one (mTLS)',
};

/** Its private key. */
export const clientCertificateKeyFile: Flag = {
  usage: '--client-certificate-key-file <path>',
  description: 'its private key (PEM), if it is in a different file',
};

/** More certificate authorities. */
export const caFile: Flag = {
  usage: '--ca-file <path>',
  description: 'a PEM file with more certificate authorities',
};

/** Plain http to this machine. */
export const allowHttpLoopback: Flag = {
  usage: '--allow-http-loopback',
  description: 'allow plain http to a loopback address (a local identity server)',
};

/** Prints the version. */
export const version: Flag = { usage: '-V, --version', description: 'print the version' };

/** Prints the help. */
export const help: Flag = { usage: '-h, --help', description: 'print this help' };

/** The flags of no command, which can only stand first. */
export const rootFlags: readonly Flag[] = [version, help];
