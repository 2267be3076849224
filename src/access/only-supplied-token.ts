import type { AccountChoice } from '../accounts/choose-account.ts';
import type { Context } from '../ground/context.ts';
import { AuthenticationRequiredError } from '../ground/errors.ts';
import { onlySuppliedProvider, type SuppliedToken, suppliedToken } from '../settings/supplied-token.ts';
import { tokenVariables } from '../settings/variables.ts';

/**
 * The only token that the environment supplies, for a command without a target while nobody is signed in. Throws an
 * `AuthenticationRequiredError` that names the variables when there is more than one.
 */
export async function onlySuppliedToken(
  error: unknown,
  target: string | undefined,
  { account, host, tenant, issuer }: AccountChoice,
  context: Context,
): Promise<SuppliedToken | undefined> {
  if (!(error instanceof AuthenticationRequiredError) || error.code !== 'login_required') {
    return undefined;
  }
  if ([target, account, host, tenant, issuer].some((word) => word !== undefined)) {
    return undefined;
  }
  const variables = tokenVariables(context.env);
  if (variables.length === 0) {
    return undefined;
  }
  const provider = await onlySuppliedProvider(context);
  if (provider !== undefined) {
    return suppliedToken(provider, context);
  }
  throw new AuthenticationRequiredError('login_required', `${error.message}, and no provider was named`, {
    hint: `name the provider whose token you mean; these variables are set: ${variables.join(', ')}`,
  });
}
