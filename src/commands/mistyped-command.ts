import { UsageError } from '../ground/errors.ts';
import { nearestNames } from '../ground/nearest-names.ts';
import { UnknownProviderError } from '../settings/unknown-provider.ts';

/** What the same thing is called by other tools, and by habit. */
const synonyms: ReadonlyMap<string, string> = new Map([
  ['auth', 'login'],
  ['signin', 'login'],
  ['sign-in', 'login'],
  ['signout', 'logout'],
  ['sign-out', 'logout'],
  ['accounts', 'status'],
  ['list', 'status'],
  ['ls', 'status'],
  ['version', '--version'],
]);

/** The command that is meant by words that name none, or by `auth` before it as `gh` has it; `undefined`: no idea. */
export function meantCommand(words: readonly string[], commands: readonly string[]): string | undefined {
  const [first = '', second] = words.map((word) => word.toLowerCase());
  if (first === 'auth' && second !== undefined) {
    return commands.includes(second) ? second : (synonyms.get(second) ?? 'login');
  }
  return synonyms.get(first) ?? nearestNames(first, commands)[0];
}

/** Gives the error of a sign-in, or, when what was typed is nearer to a command than to a provider, one that says so. */
export function orMistypedCommand(error: unknown, typed: string, commands: readonly string[]): unknown {
  if (!(error instanceof UnknownProviderError)) {
    return error;
  }
  if (error.nearest.length > 0 && !synonyms.has(typed)) {
    return error;
  }
  const meant = meantCommand([typed], commands);
  return meant === undefined ? error : noSuchCommand(typed, meant);
}

/** There is no such command, but one that may be meant. */
export function noSuchCommand(typed: string, meant: string): UsageError {
  const message = `there is no command and no provider ${JSON.stringify(typed)}; did you mean oauth-login ${meant}?`;
  return new UsageError('usage_unknown_provider', message, {
    hint: 'oauth-login --help shows the commands, oauth-login providers the providers',
  });
}
