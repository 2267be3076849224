import { memberAt } from '../ground/member-at.ts';
import type { TokenReplyMap } from '../providers/provider.ts';
import type { Quirk } from '../providers/quirk.ts';
import { type ErrorResponse, readGraphError } from './dialects/graph-error.ts';
import { readMessageError } from './dialects/message-error.ts';
import { readForeignError } from './foreign-error.ts';
import { nestsTooDeep } from './reply-depth.ts';
import { completeTokenResponse } from './token-members.ts';

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
 * Gives what a conforming server would have answered: what is known to be harmless is read in any case, the rest as far
 * as the provider's quirks explain it. Gives nothing when the reply is no document at all.
 *
 * @see https://www.rfc-editor.org/rfc/rfc6749#section-5
 */
export function conformingReply(
  reply: Reply,
  quirks: readonly Quirk[],
  paths: TokenReplyMap = {},
): ConformingReply | undefined {
  const form = quirks.includes('form-encoded-reply') && isForm(reply);
  const members = form ? readForm(reply.text) : readJson(reply.text);
  if (members === undefined) {
    return undefined;
  }
  const moved = moveMembers(members, paths);
  const cut = dropDeepMembers(members);
  const renamed = quirks.includes('device-page-renamed') && restoreDeviceNames(members);
  const error = errorOf(members, reply.status, quirks);
  if (error !== undefined) {
    const changed =
      cut || form || moved || renamed || error !== members || reply.status < 400 || !isPlainJson(reply);
    return { status: Math.max(reply.status, 400), members: { ...error }, changed };
  }
  const before = JSON.stringify(members);
  if (members.user_code !== undefined) {
    completeDeviceResponse(members);
  }
  if (members.access_token !== undefined) {
    // An error that holds nothing is none.
    for (const name of ['error', 'error_description', 'error_uri']) {
      if (members[name] === '' || members[name] === null) {
        delete members[name];
      }
    }
    if (reply.status === 200) {
      completeTokenResponse(members, quirks);
    }
  }
  const changed = cut || form || moved || renamed || JSON.stringify(members) !== before;
  return { status: reply.status, members, changed };
}

/** The error that the reply tells, in its standard form; the members themselves where they have that form already. */
function errorOf(
  members: Record<string, unknown>,
  status: number,
  quirks: readonly Quirk[],
): Readonly<Record<string, unknown>> | ErrorResponse | undefined {
  const irregular =
    (quirks.includes('error-object') ? readGraphError(members) : undefined) ??
    (quirks.includes('error-in-message') ? readMessageError(members, status) : undefined);
  if (irregular !== undefined) {
    return irregular;
  }
  const { error } = members;
  if (typeof error === 'string' && /^[\w.:-]{1,64}$/.test(error)) {
    return members;
  }
  // Beside a token, a code of success under any other name is no error.
  const hasAnswer = members.access_token !== undefined || members.user_code !== undefined;
  if (hasAnswer && (error === undefined || error === null || error === '')) {
    return undefined;
  }
  return readForeignError(members, status >= 400);
}

function isPlainJson({ mediaType }: Reply): boolean {
  return mediaType === 'application/json';
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
function moveMembers(members: Record<string, unknown>, paths: TokenReplyMap): boolean {
  const found = Object.entries(paths)
    .map(([name, path]) => [name, memberAt(members, path)] as const)
    .filter(([, value]) => value !== undefined);
  for (const [name, value] of found) {
    members[name] = value;
  }
  return found.length > 0;
}

/** No member that is used here nests; what nests deeper than any document does would break code that copies it. */
function dropDeepMembers(members: Record<string, unknown>): boolean {
  const deep = Object.keys(members).filter((name) => nestsTooDeep(members[name]));
  for (const name of deep) {
    delete members[name];
  }
  return deep.length > 0;
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
    members[name] = value;
  }
  return members;
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

/**
 * Reads a device authorization response with durations in text, or with the page under its name of early drafts; without
 * a useful `interval`, 5 seconds are the rule (RFC 8628 §3.2).
 */
function completeDeviceResponse(members: Record<string, unknown>): void {
  for (const name of ['expires_in', 'interval']) {
    const value = members[name];
    if (typeof value === 'string' && /^\d{1,9}$/.test(value)) {
      members[name] = Number(value);
    }
  }
  // Early drafts of RFC 8628 had that name.
  if (members.verification_uri === undefined && typeof members.verification_url === 'string') {
    members.verification_uri = members.verification_url;
  }
  const { interval } = members;
  if (interval === 0 || interval === null || interval === '') {
    delete members.interval;
  }
}

/** A copy without prototype, so that no member is inherited and `__proto__` is a member like any other. */
function ownMembers(document: object): Record<string, unknown> {
  return Object.assign(Object.create(null), document);
}
