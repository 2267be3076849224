import type { Context } from '../ground/context.ts';
import { UsageError } from '../ground/errors.ts';
import { shellQuoted } from '../ground/file-system-words.ts';
import type { LoginFlags } from '../settings/login-flags.ts';
import { isNetworkOfPeople } from '../settings/network-of-people.ts';
import { ownConfiguration } from './provider-rows.ts';

/** How many words `login` takes: two where the first is a network in which a person decides the server, as Bluesky is. */
export async function mostWords(words: readonly string[], context: Context): Promise<number> {
  const [target, person] = words;
  const isPersonal = target !== undefined && person !== undefined;
  return isPersonal && isNetworkOfPeople(target, await ownConfiguration(context)) ? 2 : 1;
}

/** The flags with the person who was typed after the network. Throws a `UsageError` where `--login-hint` names another one. */
export function withPerson(flags: LoginFlags, person: string | undefined): LoginFlags {
  if (person === undefined) {
    return flags;
  }
  if (flags.loginHint !== undefined && flags.loginHint !== person) {
    throw new UsageError('usage_conflict', `${shellQuoted(person)} and --login-hint name two people`, {
      hint: 'leave out --login-hint',
    });
  }
  return { ...flags, loginHint: person };
}
