import { ConfigurationError, UsageError } from '../ground/errors.ts';
import type { Configuration } from './configuration.ts';
import { chooseTarget, type TargetFlags } from './target.ts';

/** The Issuer Identifier of a target; `undefined` where it means nothing to the catalogue or the configuration. */
export function issuerOfTarget(
  target: string | undefined,
  flags: TargetFlags,
  configuration: Configuration,
): string | undefined {
  const wanted = target ?? flags.issuer;
  if (wanted === undefined) {
    return undefined;
  }
  try {
    return chooseTarget(wanted, flags, configuration).provider.issuer;
  } catch (error) {
    if (error instanceof UsageError || error instanceof ConfigurationError) {
      return undefined;
    }
    throw error;
  }
}
