import type { Context } from '../ground/context.ts';
import { AuthenticationRequiredError } from '../ground/errors.ts';
import { isPersonBehindProgram, isPersonPresent } from '../ground/presence.ts';
import type { Provider } from '../providers/provider.ts';
import { variableName } from '../settings/variables.ts';

/** What decides whether somebody has to be here. */
interface Presence {
  readonly provider: Provider;
  readonly events: boolean;
  /** False: nobody is waited for, since the sign-in goes on in another call. */
  readonly waits: boolean;
}

/** Throws an `AuthenticationRequiredError` where nobody can be waited for, so that a job does not hang. */
export function requirePerson({ provider, events, waits }: Presence, context: Context): void {
  if (!waits) {
    return;
  }
  if (isPersonPresent(context) || (events && isPersonBehindProgram(context))) {
    return;
  }
  const variable = variableName(provider.name, 'TOKEN');
  throw new AuthenticationRequiredError(
    'person_required',
    `nobody can sign in to ${provider.label} here: there is no terminal, or CI is set`,
    {
      hint: `sign in at a terminal, let a program show the sign-in to a person with --no-wait or --events, or give this job a token in ${variable}`,
    },
  );
}
