import { AuthorizationServerError } from '../ground/errors.ts';

/**
 * Gives the result of the work. When the server refuses, the error gets the next step that fits the grant: `steps`
 * has one for values of the server's `error` (RFC 6749 §5.2). For other values, the general advice stays.
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
