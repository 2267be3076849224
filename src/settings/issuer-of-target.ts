import { ConfigurationError, UsageError } from '../ground/errors.ts';
import type { Configuration } from './configuration.ts';
import { chooseTarget, type TargetFlags } from './target.ts';

/** The Issuer Identifier of a target; `undefined` where it means nothing to the catalogue or the configuration. */
export function issuerOfTarget(
  target: string | undefined,
  flags: TargetFlags,
  configuration: Configuration,
): string | undefined {
  const place = target ?? flags.issuer;
  if (place === undefined) {
    return undefined;
  }
  try {
    return chooseTarget(place, flags, configuration).provider.issuer;
  } catch (error) {
    if (error instanceof UsageError || error instanceof ConfigurationError) {
      return undefined;
    }
    throw error;
  }
}
