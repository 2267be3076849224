import { UsageError } from '../ground/errors.ts';
import type { Configuration } from './configuration.ts';
import { isProviderName } from './named-preset.ts';

/** Harmless to a terminal, to a shell and as the name of a file, and no identifier of an account. */
const ALIAS = /^(?![0-9a-f]{32}$)[a-z0-9](?:[a-z0-9._-]{0,62}[a-z0-9])?$/;
/** What no file can be called on Windows. */
const DEVICE = /^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/;

/**
 * The name of `--as`, in small letters, by which an account is called from then on.
 *
 * Throws a `UsageError` for what cannot be one, and for the name of a provider: `token NAME` would mean two things.
 */
export function accountAlias(text: string, configuration: Configuration): string {
  const alias = text.toLowerCase();
  if (!ALIAS.test(alias) || DEVICE.test(alias)) {
    throw new UsageError('usage_invalid', `${JSON.stringify(text)} cannot be the name of an account`, {
      hint: 'a name has up to 64 letters, digits, dots, hyphens and underscores, for example: --as personal',
    });
  }
  if (isProviderName(alias, configuration)) {
    throw takenAlias(alias, 'a provider');
  }
  return alias;
}

/** The error for a name of `--as` that means something else already: a provider, a command, or another account. */
export function takenAlias(alias: string, owner: string): UsageError {
  return new UsageError('usage_conflict', `${alias} is the name of ${owner}`, {
    hint: `choose another name, for example: --as my-${alias.slice(0, 60)}`,
  });
}
