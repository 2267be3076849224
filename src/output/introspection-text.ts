import type { Introspection } from '../access/introspect.ts';
import { durationText } from '../ground/duration.ts';
import { safeText } from '../ground/safe-text.ts';
import { accountPerson } from './text.ts';

/** The members that have words of their own (RFC 7662 §2.2), in the order in which they are told. */
const words = {
  sub: 'subject',
  username: 'user name',
  client_id: 'client',
  scope: 'scopes',
  aud: 'for',
  iss: 'issuer',
  token_type: 'type',
  iat: 'issued',
  nbf: 'valid from',
  exp: 'ends',
} as const;

/** Longest value of a member that is shown. */
const LONGEST_VALUE = 400;

/** The answer of `token --introspect` for a person. */
export function introspectionText({ head, token }: Introspection, now: Date): string {
  const { active, ...members } = token;
  const known = Object.entries(words).flatMap(([name, word]) =>
    members[name] === undefined ? [] : [[word, valueText(name, members[name], now)] as const],
  );
  const others = Object.entries(members)
    .filter(([name]) => !Object.hasOwn(words, name))
    .map(([name, value]) => [safeText(name, 40), valueText(name, value, now)] as const);
  const rows = [['active', active ? 'yes' : 'no'] as const, ...known, ...others];
  const width = Math.max(...rows.map(([name]) => name.length)) + 3;
  const lines = rows.map(([name, value]) => `  ${`${name}:`.padEnd(width)}${value}`);
  return `What ${safeText(head.label)} says of the access token of ${accountPerson(head)}\n${lines.join('\n')}\n`;
}

/** The answer of `token --introspect --json`: the reply of the server as it came, beside whose token it is about. */
export function introspectionJson({ head, token }: Introspection): Readonly<Record<string, unknown>> {
  return { provider: head.provider, account: head.id, active: token.active, introspection: token };
}

function valueText(name: string, value: unknown, now: Date): string {
  if ((name === 'iat' || name === 'nbf' || name === 'exp') && typeof value === 'number') {
    return instantText(value, now);
  }
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return safeText(text, LONGEST_VALUE);
}

/** A time in seconds since 1970, and how far it is from now; a number that is no time is shown as it came. */
function instantText(seconds: number, now: Date): string {
  const date = new Date(seconds * 1000);
  if (Number.isNaN(date.getTime())) {
    return String(seconds);
  }
  const left = Math.round((date.getTime() - now.getTime()) / 1000);
  const distance = left >= 0 ? `in ${durationText(left)}` : `${durationText(-left)} ago`;
  return `${date.toISOString().replace(/\.\d+Z$/, 'Z')} (${distance})`;
}
