import { defined } from '../ground/defined.ts';
import type { PageOutcome, PagePerson } from '../loopback/authorization-response.ts';
import { pageOutcomeOf } from '../loopback/page-outcome.ts';
import type { Profile } from '../profile/profile.ts';
import { type CodeRequest, isRetried, type SignInOutcome } from './sign-in-request.ts';

/** Gives what the browser is told at the end of a sign-in. */
export function lastPage(
  outcome: SignInOutcome,
  { provider, retriedErrors }: Pick<CodeRequest, 'provider' | 'retriedErrors'>,
): PageOutcome {
  const { label } = provider;
  if (outcome.kind === 'signed-in') {
    const { account, command } = outcome;
    const person = account.profile && pagePerson(account.profile);
    return defined({ kind: 'signed-in', provider: label, person, scopes: account.scopes, command });
  }
  return isRetried(outcome.error, retriedErrors)
    ? { kind: 'goes-on', provider: label }
    : pageOutcomeOf(outcome.error, label);
}

/** The name of a person, and what else is known; no text twice. */
function pagePerson({ name, preferred_username, email, sub }: Profile): PagePerson {
  const best = name ?? preferred_username ?? email ?? sub;
  const other = (text: string | undefined) => (text === best ? undefined : text);
  const userName = other(preferred_username);
  return defined({ name: best, userName, email: userName === email ? undefined : other(email) });
}
