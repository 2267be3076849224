import { UsageError } from '../ground/errors.ts';

/** The target of a call; throws a `UsageError` where it is no text. */
export function requireTarget(call: string, target: unknown): string {
  if (typeof target === 'string' && target.trim() !== '') {
    return target;
  }
  throw new UsageError('usage_invalid', `${call} needs a provider or an address`, {
    hint: `for example ${call}('github')`,
  });
}
