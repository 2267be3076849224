import { ConfigurationError } from '../ground/errors.ts';
import { type LoginSettings, loginSettings } from '../settings/login-settings.ts';
import type { Examined } from './check.ts';

/**
 * The settings of a sign-in with that target, as far as they are known without asking anybody; `undefined` where there
 * is no target, and where the configuration cannot be used, which is a finding of its own.
 *
 * Throws a `UsageError` for a target or flags that mean nothing.
 */
export async function examinedSettings({
  target,
  flags,
  session,
}: Examined): Promise<LoginSettings | undefined> {
  if (target === undefined) {
    return undefined;
  }
  try {
    return loginSettings(target, flags, session.context.env, await session.configuration());
  } catch (error) {
    if (error instanceof ConfigurationError) {
      return undefined;
    }
    throw error;
  }
}
