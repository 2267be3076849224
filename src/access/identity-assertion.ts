import { clientOfAccount, providerOfAccount } from '../accounts/account-provider.ts';
import { knownSecret } from '../accounts/known-secret.ts';
import { requestIdJag } from '../grants/id-jag.ts';
import { unverifiedClaims } from '../grants/jwt-claims.ts';
import type { SubjectToken, SubjectTokenReader } from '../grants/subject-token.ts';
import { defined } from '../ground/defined.ts';
import { ConfigurationError } from '../ground/errors.ts';
import type { Fetch } from '../ground/fetch.ts';
import { networkOf, signalled } from '../ground/http-options.ts';
import type { Secret } from '../ground/secret.ts';
import type { OAuthClient } from '../protocol/client-authentication.ts';
import { tokenEndpoint } from '../protocol/token-endpoint.ts';
import { isSameButLastSlash } from '../providers/issuer-spelling.ts';
import type { ResolvedProvider } from '../providers/provider.ts';
import { resolveProvider } from '../providers/resolve.ts';
import { loginSettings } from '../settings/login-settings.ts';
import type { UnattendedSettings } from '../settings/unattended-settings.ts';
import type { AccessSession } from './access-session.ts';
import { idTokenOfAccount } from './account-subject.ts';
import type { FreshIdToken } from './stored-id-token.ts';
import { unattendedClient } from './unattended-client.ts';

/** What the assertion is asked with. */
interface Identity {
  readonly idToken: Secret;
  readonly provider: ResolvedProvider;
  readonly client: OAuthClient;
}

/**
 * Gives the assertion (ID-JAG) with which a company lets a client in at the server of an API: the ID Token of `--identity`
 * is exchanged at its own issuer, and sent nowhere else. `handedOver` is an ID Token that does not come from an account.
 *
 * Throws an `AuthenticationRequiredError` where the account has no ID Token, a `ConfigurationError` for one of another
 * issuer, and what the token endpoint leads to.
 */
export async function identityAssertion(
  settings: UnattendedSettings & { readonly identity: string },
  server: ResolvedProvider,
  handedOver: SubjectTokenReader | undefined,
  access: AccessSession,
): Promise<Secret> {
  const { identity, scopes, provider } = settings;
  const { context, trace } = access;
  const account = handedOver === undefined ? await idTokenOfAccount(identity, access) : undefined;
  // The server of the company need not be in the network of the API.
  const http = await context.openHttp(
    networkOf({ ...(account?.head ?? settings), resource: undefined }, trace),
  );
  const fetch = signalled(http.fetch, context.signal);
  const allowHttpLoopback = (account?.head ?? settings).allowHttpLoopback ?? false;
  try {
    const { idToken, ...parties } =
      account === undefined
        ? await givenIdentity(settings, await handedOver?.(fetch), fetch, access)
        : await storedIdentity(account, access);
    const endpoint = tokenEndpoint({ ...parties, fetch, allowHttpLoopback, requestedScopes: [] }, context);
    return await requestIdJag(endpoint, idToken, {
      audience: server.issuer,
      label: provider.label,
      scopes,
      ...defined({ resource: provider.resource }),
    });
  } finally {
    await http.close();
  }
}

async function storedIdentity({ idToken, head }: FreshIdToken, access: AccessSession): Promise<Identity> {
  const provider = providerOfAccount(head, await access.configuration());
  return { idToken, provider, client: clientOfAccount(head, await access.store.readSecrets(head)) };
}

/** The identity provider that `--identity` names, whose client is the one of the configuration or the environment. */
async function givenIdentity(
  { identity, allowHttpLoopback }: UnattendedSettings & { readonly identity: string },
  subject: SubjectToken | undefined,
  fetch: Fetch,
  { context, store, configuration }: AccessSession,
): Promise<Identity> {
  const login = loginSettings(identity, { allowHttpLoopback }, context.env, await configuration());
  const provider = await resolveProvider(login.provider, {
    fetch,
    allowHttpLoopback,
    withoutAuthorization: true,
  });
  const iss = subject === undefined ? undefined : unverifiedClaims(subject.token)?.iss;
  if (subject === undefined || typeof iss !== 'string' || !isSameButLastSlash(iss, provider.issuer)) {
    throw new ConfigurationError(
      'config_invalid_value',
      `${subject?.sourceName ?? 'the subject token'} is no ID Token of ${provider.issuer}, so it is not sent there`,
      { hint: 'name the provider that issued it with --identity' },
    );
  }
  const { clientId } = login;
  const secret =
    clientId === undefined
      ? undefined
      : await knownSecret({ issuer: provider.issuer, clientId }, login, store, context);
  const client = unattendedClient(login, defined({ clientId, secret }), provider);
  return { idToken: subject.token, provider, client };
}
