import { openAccountStore } from '../accounts/account-store.ts';
import type { Context } from '../context.ts';
import { AuthenticationRequiredError } from '../errors.ts';
import { accountDocument, jsonText } from '../output/json.ts';
import { problemText, statusText, variableTokenText } from '../output/text.ts';
import { tokenVariables } from '../settings/variables.ts';

/** The flags of `status`. */
export interface StatusFlags {
  readonly json?: boolean;
}

/** `oauth-login status`: every account and where its secrets live, without network and without opening them. */
export async function status(flags: StatusFlags, context: Context): Promise<void> {
  const { accounts, problems } = await openAccountStore(context).list();
  const variables = tokenVariables(context.env);
  const now = context.clock.now();
  if (flags.json) {
    context.stdout.write(
      jsonText({
        accounts: accounts.map((head) => accountDocument(head, now)),
        problems: problems.map(({ file, error }) => ({
          file,
          code: error.code,
          message: error.message,
          hint: error.hint,
        })),
        variables,
      }),
    );
  } else {
    context.stdout.write(accounts.map((head) => statusText(head, now)).join('\n'));
    for (const name of variables) context.stdout.write(variableTokenText(name));
  }
  if (!flags.json) {
    for (const { error } of problems) {
      context.stderr.write(problemText('warning', error));
    }
  }
  if (accounts.length > 0 || variables.length > 0 || problems.length > 0) return;
  throw new AuthenticationRequiredError('login_required', 'nobody is signed in', {
    hint: 'sign in with: oauth-login github (oauth-login providers lists the others)',
  });
}
