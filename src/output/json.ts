import type { AccountHead } from '../accounts/account.ts';
import type { KeptClient } from '../accounts/kept-clients.ts';
import type { KeptToken } from '../accounts/unattended-tokens.ts';
import type { OAuthLoginError } from '../ground/errors.ts';
import { parsePlainJson } from '../ground/plain-json.ts';
import type { Profile } from '../profile/profile.ts';
import type { SignInEvent } from './sign-in-event.ts';

/**
 * One JSON document and a newline; everything outside printable ASCII is escaped, so that a terminal is safe too, and
 * so is the second half of `##`, which begins a command to Azure Pipelines wherever it stands in a line.
 */
export function jsonText(value: unknown): string {
  return `${escaped(JSON.stringify(value, null, 2))}\n`;
}

/** One JSON document on one line, escaped like the others. */
export function eventLine(value: SignInEvent): string {
  return `${escaped(JSON.stringify(value))}\n`;
}

/** An error for programs: the same four facts as the two lines for people. */
export function errorJson(error: OAuthLoginError): string {
  const { code, message, hint, exitCode } = error;
  return jsonText({ error: { code, message, hint, exit_code: exitCode } });
}

/** The last event of a sign-in that failed. */
export function errorEvent(error: OAuthLoginError): string {
  return eventLine(errorEventOf(error));
}

/** The same as an object. */
export function errorEventOf({ code, message, hint, exitCode }: OAuthLoginError): SignInEvent {
  return { event: 'error', code, message, hint, exit_code: exitCode };
}

/** The profile as `whoami --json` answers it: one shape for all providers. */
export function profileJson(profile: Profile): string {
  return jsonText(profile);
}

/** What `whoami --json` answers where the server does not tell who signed in. */
export function nobodyNamedJson(
  provider: string,
  head?: Pick<AccountHead, 'id' | 'issuer' | 'clientId'>,
): string {
  const account =
    head === undefined ? {} : { account: head.id, issuer: head.issuer, client_id: head.clientId };
  return jsonText({ provider, sub: null, ...account });
}

/** An account as `login --json` and `status --json` show it: everything but its secrets. */
export function accountDocument(head: AccountHead, now: Date): Record<string, unknown> {
  return {
    account: head.id,
    provider: head.provider,
    label: head.label,
    ...(head.alias === undefined ? {} : { name: head.alias }),
    issuer: head.issuer,
    ...(head.resource === undefined ? {} : { resource: head.resource }),
    client_id: head.clientId,
    profile: head.profile ?? null,
    scopes: head.scopes,
    requested_scopes: head.requestedScopes,
    ...(head.authorizationDetails === undefined
      ? {}
      : { authorization_details: parsePlainJson(head.authorizationDetails) }),
    signed_in_at: head.signedInAt,
    issued_at: head.issuedAt,
    expires_at: head.expiresAt ?? null,
    expires_in: secondsUntil(head.expiresAt, now),
    refreshable: head.hasRefreshToken,
    refresh_token_expires_at: head.refreshTokenExpiresAt ?? null,
    refresh_token_expires_in: secondsUntil(head.refreshTokenExpiresAt, now),
    needs_login: head.needsLogin ?? null,
    ...(head.tokenType === undefined ? {} : { token_type: head.tokenType }),
    token_refused: head.isTokenRefused ?? false,
    verified_at: head.verifiedAt,
    store: head.store,
    ...(head.allowHttpLoopback ? { allow_http_loopback: true } : {}),
  };
}

function secondsUntil(instant: string | undefined, now: Date): number | null {
  return instant === undefined ? null : Math.floor((Date.parse(instant) - now.getTime()) / 1000);
}

/** A kept token of `--grant` as `status --json` shows it: everything but the token. */
export function keptTokenDocument(token: KeptToken, now: Date): Record<string, unknown> {
  return {
    provider: token.provider,
    label: token.label,
    issuer: token.issuer,
    grant: token.grant,
    client_id: token.clientId ?? null,
    scopes: token.scopes,
    ...(token.tokenType === undefined ? {} : { token_type: token.tokenType }),
    issued_at: token.issuedAt,
    expires_at: token.expiresAt,
    expires_in: Math.floor((Date.parse(token.expiresAt) - now.getTime()) / 1000),
    store: token.store,
  };
}

/** A client that is kept, as `status --json` shows it: everything but its secret. */
export function keptClientDocument({
  provider,
  issuer,
  clientId,
  store,
  hasSecret,
  secretExpiresAt,
  isMadeByTool,
}: KeptClient): Record<string, unknown> {
  return {
    provider,
    issuer,
    client_id: clientId,
    store,
    has_secret: hasSecret,
    ...(secretExpiresAt === undefined ? {} : { secret_expires_at: secretExpiresAt }),
    registered_by_tool: isMadeByTool,
  };
}

function escaped(json: string): string {
  return json.replace(
    /[^\n\x20-\x7e]|(?<=#)#/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
