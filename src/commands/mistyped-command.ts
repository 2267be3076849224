import { UsageError } from '../ground/errors.ts';
import { nearestNames } from '../ground/nearest-names.ts';
import { UnknownProviderError } from '../settings/unknown-provider.ts';
import type { CommandDescription } from './flag.ts';
import { namesOf, takesValue } from './flag.ts';
import { otherWordsHint } from './other-words.ts';

/** The error for words that begin with a mistyped command; `undefined` when no command is near. */
export function mistypedCommand(
  words: readonly string[],
  commands: readonly string[],
): UsageError | undefined {
  const [first = ''] = words;
  const hint = otherWordsHint(words, commands);
  if (hint !== undefined) {
    return new UsageError('usage_unknown_provider', `there is no command ${JSON.stringify(first)}`, { hint });
  }
  const [nearest] = nearestNames(first, commands);
  return nearest === undefined ? undefined : noSuchCommand(first, nearest);
}

/** Gives the error of a sign-in, or, when what was typed is nearer to a command than to a provider, one that says so. */
export function orMistypedCommand(error: unknown, typed: string, commands: readonly string[]): unknown {
  if (!(error instanceof UnknownProviderError)) {
    return error;
  }
  const hasNearerProvider =
    otherWordsHint([typed], commands) === undefined &&
    error.nearest.some((name) => nearestNames(typed, [...commands, name]).includes(name));
  return hasNearerProvider ? error : (mistypedCommand([typed], commands) ?? error);
}

/** Gives the error of a command, or, when the only word is the name of a flag of it, such as `logout all`, one that says so. */
export function orFlagWithoutDashes(
  error: unknown,
  [typed = '', ...others]: readonly string[],
  { name, flags }: CommandDescription,
): unknown {
  const flag = flags.find((one) => !takesValue(one) && namesOf(one).includes(`--${typed.toLowerCase()}`));
  const isUnknown = error instanceof UsageError && error.code === 'usage_unknown_provider';
  if (!isUnknown || flag === undefined || others.length > 0) {
    return error;
  }
  return new UsageError(error.code, error.message, {
    hint: `if the flag is meant, write it with its dashes: oauth-login ${name} --${typed.toLowerCase()}`,
    cause: error,
  });
}

function noSuchCommand(typed: string, meant: string): UsageError {
  const message = `there is no command or provider ${JSON.stringify(typed)}; did you mean oauth-login ${meant}?`;
  return new UsageError('usage_unknown_provider', message, {
    hint: 'oauth-login --help shows the commands, and oauth-login providers lists the providers',
  });
}
