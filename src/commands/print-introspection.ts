import type { AccessSession } from '../access/access-session.ts';
import type { Freshness } from '../access/freshness.ts';
import { introspectAccount } from '../access/introspect.ts';
import type { TokenSource } from '../access/token-source.ts';
import { AuthenticationRequiredError, UsageError } from '../ground/errors.ts';
import { shellQuoted } from '../ground/file-system-words.ts';
import { introspectionJson, introspectionText } from '../output/introspection-text.ts';
import { jsonText } from '../output/json.ts';
import { writeWords } from '../output/write-words.ts';

/**
 * `oauth-login token --introspect`: prints what the server tells of the access token of an account, and not the token.
 * Throws what `introspectAccount` throws, a `UsageError` where no account is the source, and an
 * `AuthenticationRequiredError`, after the answer, for a token that is not active.
 */
export async function printIntrospection(
  source: TokenSource,
  { freshness, json }: { readonly freshness: Freshness; readonly json: boolean },
  access: AccessSession,
): Promise<void> {
  if (source.kind !== 'account') {
    throw new UsageError('usage_conflict', '--introspect is for the token of an account that is signed in', {
      hint: 'leave out --grant, or unset the variable that supplies the token',
    });
  }
  const introspection = await introspectAccount(source.head, freshness, access);
  const { context } = access;
  const { head, token } = introspection;
  if (json) {
    context.stdout.write(jsonText(introspectionJson(introspection)));
  } else {
    writeWords(context, introspectionText(introspection, context.clock.now()));
  }
  if (!token.active) {
    throw new AuthenticationRequiredError(
      'token_rejected',
      `${head.label} says that this token is not active`,
      {
        hint: `refresh it: oauth-login token ${shellQuoted(head.target.split(' ')[0] ?? '')} --refresh`,
      },
    );
  }
}
