import { UsageError } from '../errors.ts';
import { nearestNames } from '../providers/nearest-names.ts';

/** Gives the error of a sign-in, or, when what was typed is nearer to a command than to a provider, one that says so. */
export function orMistypedCommand(error: unknown, typed: string, commands: readonly string[]): unknown {
  if (!(error instanceof UsageError) || error.code !== 'usage_unknown_provider') return error;
  const [nearest] = error.message.includes('did you mean') ? [] : nearestNames(typed, commands);
  if (nearest === undefined) return error;
  const message = `there is no command and no provider ${JSON.stringify(typed)}; did you mean oauth-login ${nearest}?`;
  return new UsageError('usage_unknown_provider', message, {
    hint: 'oauth-login --help shows the commands, oauth-login providers the providers',
  });
}
