import type { Quirk } from '../providers/quirk.ts';

/** Longest time a token may be said to live, in seconds: ten years. What is longer has no end worth telling. */
export const LONGEST_LIFETIME = 10 * 365 * 24 * 60 * 60;

/** What servers send in place of a lifetime for a token that does not expire by itself. */
const noEnd: ReadonlySet<unknown> = new Set([
  ...[-1, '-1', '', false],
  ...['never', 'none', 'no', 'null', 'unlimited', 'infinite', 'infinity', 'forever'],
]);

/**
 * Gives the members of a token response their forms of RFC 6749 §5.1, where the form they have is known and reading it
 * is harmless; anything else stays as it is, to be refused.
 */
export function completeTokenResponse(members: Record<string, unknown>, quirks: readonly Quirk[]): void {
  // What is optional and has no value is left out, as many servers say "none" with `null`.
  for (const name of ['refresh_token', 'id_token', 'scope', 'expires_in']) {
    if (members[name] === null) {
      delete members[name];
    }
  }
  if (members.refresh_token === '') {
    delete members.refresh_token;
  }
  completeTokenType(members, quirks);
  completeLifetime(members);
  const scope = members.scope ?? members.scopes;
  if (typeof scope === 'string') {
    members.scope = scope;
  } else if (isTexts(scope)) {
    members.scope = scope.join(' ');
  }
}

/** A word in place of "Bearer" may bind the token to a key, so only known ones and a promise in the data count. */
function completeTokenType(members: Record<string, unknown>, quirks: readonly Quirk[]): void {
  const type = members.token_type;
  const isBearer = typeof type === 'string' && /^bearer[ _-]?token$/i.test(type);
  const isPromised = quirks.includes('token-type-missing') && !/^(?:bearer|n_a|dpop)$/i.test(String(type));
  if (isBearer || isPromised) {
    members.token_type = 'bearer';
  }
}

function completeLifetime(members: Record<string, unknown>): void {
  const given = members.expires_in;
  const lifetime = typeof given === 'string' && /^[0-9]+(?:\.[0-9]+)?$/.test(given) ? Number(given) : given;
  const word = typeof lifetime === 'string' ? lifetime.toLowerCase() : lifetime;
  // Zero seconds are no life for a token that cannot be renewed: servers say so of one without end.
  const isEndless =
    noEnd.has(word) ||
    (typeof word === 'number' && word > LONGEST_LIFETIME) ||
    (word === 0 && members.refresh_token === undefined);
  if (isEndless) {
    delete members.expires_in;
  } else if (lifetime !== undefined) {
    members.expires_in = lifetime;
  }
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((one) => typeof one === 'string');
}
