import type { AccountHead } from '../accounts/account.ts';
import { clientOfAccount, providerOfAccount } from '../accounts/account-provider.ts';
import { ConfigurationError } from '../ground/errors.ts';
import { shellQuoted } from '../ground/file-system-words.ts';
import { networkOf, signalled } from '../ground/http-options.ts';
import { type IntrospectedToken, introspectToken } from '../protocol/introspection.ts';
import type { AccessSession } from './access-session.ts';
import { freshAccess } from './fresh-token.ts';
import type { Freshness } from './freshness.ts';

/** What the server tells of the access token of an account, which is refreshed first where it has ended. */
export interface Introspection {
  readonly head: AccountHead;
  readonly token: IntrospectedToken;
}

/**
 * Asks the server of an account what it knows of its access token.
 *
 * Throws a `ConfigurationError` for a server that names no introspection endpoint, and what `freshAccess` and
 * `introspectToken` throw.
 *
 * @see [RFC 7662](https://www.rfc-editor.org/rfc/rfc7662.html)
 */
export async function introspectAccount(
  given: AccountHead,
  freshness: Freshness,
  access: AccessSession,
): Promise<Introspection> {
  if (given.endpoints.introspection_endpoint === undefined) {
    throw new ConfigurationError(
      'config_unsupported_server',
      `the sign-in to ${given.label} knows no introspection endpoint`,
      {
        hint: `if the server has one, sign in again: oauth-login ${shellQuoted(given.target.split(' ')[0] ?? '')}`,
      },
    );
  }
  const { head, secrets } = await freshAccess(given, freshness, access);
  const http = await access.context.openHttp(networkOf(head, access.trace));
  try {
    const request = {
      provider: providerOfAccount(head, await access.configuration()),
      client: clientOfAccount(head, secrets),
      fetch: signalled(http.fetch, access.context.signal),
      allowHttpLoopback: head.allowHttpLoopback ?? false,
    };
    return { head, token: await introspectToken(request, secrets.accessToken) };
  } finally {
    await http.close();
  }
}
