import type { AccountHead } from '../accounts/account.ts';
import { providerOfAccount } from '../accounts/account-provider.ts';
import { defined } from '../ground/defined.ts';
import { AuthenticationRequiredError } from '../ground/errors.ts';
import { type NetworkSettings, networkOf, signalled } from '../ground/http-options.ts';
import { fetchProfile } from '../profile/fetch-profile.ts';
import type { Profile } from '../profile/profile.ts';
import type { ResolvedProvider } from '../providers/provider.ts';
import { resolveProvider } from '../providers/resolve.ts';
import type { SuppliedToken } from '../settings/supplied-token.ts';
import { chooseTarget, type TargetFlags } from '../settings/target.ts';
import { providerVariable } from '../settings/variables.ts';
import type { AccessSession } from './access-session.ts';

/** The End-User whom a token from the environment belongs to, as the provider says. */
export interface SuppliedProfile {
  /** Absent: the server does not tell who signed in. */
  readonly profile?: Profile;
  readonly provider: ResolvedProvider;
}

/** A provider that can be asked, and how. */
interface Asked {
  readonly provider: ResolvedProvider;
  readonly clientId: string | undefined;
  readonly network: NetworkSettings;
}

/**
 * Asks the provider about a token from the environment. The provider is the one of the target, or of the account
 * that the token stands in for. The answer is not kept. Throws an `AuthenticationRequiredError` when the provider
 * does not accept the token.
 */
export async function askWithSupplied(
  { token, variable }: SuppliedToken,
  of: string | AccountHead,
  flags: TargetFlags,
  access: AccessSession,
): Promise<SuppliedProfile> {
  const { context, note, trace } = access;
  const asked =
    typeof of === 'string' ? await askedOfTarget(of, flags, access) : await askedOfAccount(of, access);
  const { provider, clientId, network } = asked;
  const http = await context.openHttp(networkOf(network, trace));
  try {
    note({ kind: 'supplied-token', variable });
    const fetch = signalled(http.fetch, context.signal);
    // Nobody knows which client the token was issued to, and only a signed UserInfo response would name it.
    const options = { accessToken: token, clientId: clientId ?? 'unknown', fetch };
    const profile = await fetchProfile(provider, options);
    return { provider, ...defined({ profile }) };
  } catch (error) {
    if (!(error instanceof AuthenticationRequiredError) || error.code !== 'token_rejected') {
      throw error;
    }
    throw new AuthenticationRequiredError(
      'token_rejected',
      `${provider.label} does not accept the token in ${variable}`,
      { hint: `put a valid token into ${variable}, or unset it and sign in` },
    );
  } finally {
    await http.close();
  }
}

async function askedOfAccount(head: AccountHead, { configuration }: AccessSession): Promise<Asked> {
  return {
    provider: providerOfAccount(head, await configuration()),
    clientId: head.clientId,
    network: head,
  };
}

async function askedOfTarget(
  target: string,
  flags: TargetFlags,
  { context, configuration, trace }: AccessSession,
): Promise<Asked> {
  const { provider, configuration: entry } = chooseTarget(target, flags, await configuration());
  const clientId = providerVariable(context.env, provider.name, 'CLIENT_ID') ?? entry.client_id;
  const http = await context.openHttp(networkOf({}, trace));
  try {
    const fetch = signalled(http.fetch, context.signal);
    const options = { fetch, allowHttpLoopback: false, withoutAuthorization: true };
    return { provider: await resolveProvider(provider, options), clientId, network: {} };
  } finally {
    await http.close();
  }
}
