import { hash } from 'node:crypto';

/**
 * The name of an account, 32 hex digits. The same provider, issuer, client and subject always give the same name,
 * and others give other names. Two providers of the configuration may differ in their scopes alone; each keeps its
 * own account. Where the server does not tell who signed in, the account belongs to the client.
 */
export function accountId(provider: string, issuer: string, clientId: string, subject?: string): string {
  const client = ['account', provider, issuer, clientId];
  return shortHash(subject === undefined ? client : [...client, subject]);
}

/** The name of a client, 32 hex digits. */
export function clientFileId(issuer: string, clientId: string): string {
  return shortHash(['client', issuer, clientId]);
}

/** The name of a kept token that belongs to no person, 32 hex digits, made of everything that was asked for. */
export function unattendedTokenId(asked: readonly unknown[]): string {
  return shortHash(['grant', ...asked]);
}

function shortHash(parts: readonly unknown[]): string {
  // JSON keeps the parts apart whatever is in them.
  return hash('sha256', JSON.stringify(parts), 'hex').slice(0, 32);
}
