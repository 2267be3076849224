import type { TokenReplyMap } from '../providers/provider.ts';
import type { Quirk } from '../providers/quirk.ts';
import { readGraphError } from './graph-error.ts';
import { memberAt } from './member-at.ts';
import { readMessageError } from './message-error.ts';

/** What of a reply matters here. */
export interface Reply {
  readonly status: number;
  /** The media type, without parameters, in lower case. */
  readonly mediaType: string;
  readonly text: string;
}

/** What a conforming server would have answered: the status, and the members of the JSON object. */
export interface ConformingReply {
  readonly status: number;
  readonly members: Record<string, unknown>;
  /** Whether that differs from what it did answer. */
  readonly changed: boolean;
}

/**
 * Gives what a conforming server would have answered, as far as the provider's quirks explain the reply;
 * nothing when it is no document at all.
 *
 * @see https://www.rfc-editor.org/rfc/rfc6749#section-5
 */
export function conformingReply(
  reply: Reply,
  quirks: readonly Quirk[],
  places: TokenReplyMap = {},
): ConformingReply | undefined {
  const form = quirks.includes('form-encoded-reply') && isForm(reply);
  const members = form ? readForm(reply.text) : readJson(reply.text);
  if (members === undefined) {
    return undefined;
  }
  const moved = moveMembers(members, places);
  const irregular =
    (quirks.includes('error-object') ? readGraphError(members) : undefined) ??
    (quirks.includes('error-in-message') ? readMessageError(members, reply.status) : undefined);
  if (irregular !== undefined) {
    return { status: Math.max(reply.status, 400), members: { ...irregular }, changed: true };
  }
  const renamed = quirks.includes('device-page-renamed') && restoreDeviceNames(members);
  if (typeof members.error === 'string' && members.error !== '') {
    const disguised = quirks.includes('error-with-status-200') && reply.status === 200;
    return {
      status: disguised ? 400 : reply.status,
      members,
      changed: form || moved || disguised || renamed,
    };
  }
  const before = JSON.stringify(members);
  if (reply.status === 200 && members.access_token !== undefined) {
    dropEmptyMembers(members);
    completeTokenResponse(members, quirks);
  }
  return {
    status: reply.status,
    members,
    changed: form || moved || renamed || JSON.stringify(members) !== before,
  };
}

function readJson(text: string): Record<string, unknown> | undefined {
  try {
    const document: unknown = JSON.parse(text);
    return typeof document === 'object' && document !== null && !Array.isArray(document)
      ? ownMembers(document)
      : undefined;
  } catch {
    return undefined;
  }
}

/** Gives whether a member got its name and place of RFC 6749 §5.1 back. */
function moveMembers(members: Record<string, unknown>, places: TokenReplyMap): boolean {
  const found = Object.entries(places)
    .map(([name, path]) => [name, memberAt(members, path)] as const)
    .filter(([, value]) => value !== undefined);
  for (const [name, value] of found) members[name] = value;
  return found.length > 0;
}

/** Old servers send forms as plain text too. */
function isForm({ mediaType, text }: Reply): boolean {
  return (
    mediaType === 'application/x-www-form-urlencoded' ||
    (mediaType === 'text/plain' && /^(?:access_token|error)=/.test(text))
  );
}

/** A parameter that is there twice has no meaning, and its reply none either (RFC 6749 §3.2). */
function readForm(text: string): Record<string, unknown> | undefined {
  const members = ownMembers({});
  for (const [name, value] of new URLSearchParams(text)) {
    if (name in members) {
      return undefined;
    }
    members[name] = name === 'expires_in' ? numberOf(value) : value;
  }
  return members;
}

/** What is optional (RFC 6749 §5.1) and has no value is left out, as many servers say "none" with `null`. */
function dropEmptyMembers(members: Record<string, unknown>): void {
  for (const name of ['refresh_token', 'id_token', 'scope', 'expires_in']) {
    if (members[name] === null) delete members[name];
  }
  if (members.refresh_token === '') delete members.refresh_token;
}

function completeTokenResponse(members: Record<string, unknown>, quirks: readonly Quirk[]): void {
  if (quirks.includes('token-type-missing')) {
    members.token_type ??= 'bearer';
  }
  if (quirks.includes('expires-in-string')) {
    members.expires_in = numberOf(members.expires_in);
  }
  if (quirks.includes('scope-irregular')) {
    const scope = members.scope ?? members.scopes;
    if (typeof scope === 'string') {
      members.scope = scope
        .split(/[\s,]+/)
        .filter(Boolean)
        .join(' ');
    } else if (Array.isArray(scope) && scope.every((one) => typeof one === 'string')) {
      members.scope = scope.join(' ');
    }
  }
}

/** Gives whether a member got its name of RFC 8628 §3.2 or RFC 6749 §5.2 back. */
function restoreDeviceNames(members: Record<string, unknown>): boolean {
  const before = Object.keys(members).length;
  for (const [standard, used] of [
    ['verification_uri', 'verification_url'],
    ['error', 'error_code'],
  ] as const) {
    if (members[standard] === undefined && typeof members[used] === 'string') {
      members[standard] = members[used];
    }
  }
  return Object.keys(members).length > before;
}

/** Digits become the number they spell; anything else stays as it is, to be refused. */
function numberOf(value: unknown): unknown {
  return typeof value === 'string' && /^[0-9]{1,15}$/.test(value) ? Number(value) : value;
}

/** A copy without prototype, so that no member is inherited and `__proto__` is a member like any other. */
function ownMembers(document: object): Record<string, unknown> {
  return Object.assign(Object.create(null), document);
}
