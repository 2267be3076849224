import { UsageError } from '../ground/errors.ts';

/** The target of a sign-in; throws a `UsageError` when none was given. */
export function requireTarget(target: string | undefined): string {
  if (target !== undefined && target.trim() !== '') {
    return target;
  }
  throw new UsageError('usage_invalid', 'sign in to what?', {
    hint: 'for example oauth-login github; oauth-login providers lists the names, oauth-login --help the commands',
  });
}
