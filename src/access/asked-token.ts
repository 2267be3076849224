import { unattendedTokenId } from '../accounts/account-id.ts';
import type { UnattendedSettings } from '../settings/unattended-settings.ts';
import type { UnattendedInput } from './unattended-input.ts';

/** The identifier of the client that gets the token; a service account is its own client. */
export function clientOf(
  { clientId }: UnattendedSettings,
  { assertionIssuer }: UnattendedInput,
): string | undefined {
  return assertionIssuer?.serviceAccount?.clientEmail ?? clientId;
}

/**
 * Gives the identifier of the token that is asked for. Every setting that changes the token is part of it; the
 * credential of the client is not.
 */
export function askedTokenId(settings: UnattendedSettings, input: UnattendedInput): string {
  const { provider, grant, scopes, audiences, resources, parameters, subject } = settings;
  return unattendedTokenId([
    provider.issuer,
    provider.endpoints.token_endpoint ?? null,
    grant,
    clientOf(settings, input) ?? null,
    subject ?? null,
    scopes.toSorted(),
    audiences,
    resources,
    parameters,
  ]);
}
