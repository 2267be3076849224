import { AuthorizationServerError } from '../ground/errors.ts';

/**
 * Gives what the work gives; when the server says no, its error comes with the next step that fits the grant.
 *
 * `steps` goes by the server's `error` (RFC 6749 §5.2); without an entry the general advice stays.
 */
export async function withNextSteps<T>(
  work: Promise<T>,
  steps: Readonly<Record<string, string>>,
): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof AuthorizationServerError) || !Object.hasOwn(steps, error.error)) {
      throw error;
    }
    throw error.with({ hint: steps[error.error] ?? error.hint });
  }
}
