import type { AccountHead } from '../accounts/account.ts';
import { listKeptClients } from '../accounts/kept-clients.ts';
import type { Session } from '../accounts/session.ts';
import { ConfigurationError } from '../ground/errors.ts';
import type { ResolvedProvider } from '../providers/provider.ts';
import { needsNoRegistration } from '../providers/registration.ts';
import { registrationOffer } from '../providers/registration-offer.ts';
import type { LoginSettings } from '../settings/login-settings.ts';
import { signInTarget } from '../settings/sign-in-target.ts';
import { metadataDocumentClient } from '../sign-in/metadata-document-client.ts';
import { missingClientId } from '../sign-in/missing-client.ts';
import { secretRule } from '../sign-in/secret-rule.ts';
import { type Finding, fine, problem } from './finding.ts';

/** Whether there is a client for a sign-in at that provider, with what it needs. No secret is opened. */
export async function clientFindings(
  settings: LoginSettings,
  provider: ResolvedProvider,
  before: AccountHead | undefined,
  { context }: Session,
): Promise<readonly Finding[]> {
  const { label, selfRegistration } = provider;
  const clientId = settings.clientId ?? before?.clientId ?? metadataDocumentClient(settings, provider);
  if (clientId === undefined && needsNoRegistration(selfRegistration)) {
    return [fine('client', `${label} needs no registration`)];
  }
  const offer = registrationOffer(provider);
  if (clientId === undefined && offer !== undefined) {
    return [fine('client', `${label} lets this tool register itself at the first sign-in`)];
  }
  if (clientId === undefined) {
    return [problem('client', missingClientId(settings, undefined))];
  }
  const { issuer } = provider.metadata;
  const hasSecret =
    settings.clientSecret !== undefined ||
    (before?.clientId === clientId && before.clientAuthentication !== 'none') ||
    listKeptClients(context).some(
      (kept) => kept.issuer === issuer && kept.clientId === clientId && (kept.hasSecret || kept.hasKey),
    );
  if (secretRule(settings) === 'required' && !hasSecret) {
    return [
      problem(
        'client',
        new ConfigurationError('config_missing_client_secret', `there is no client secret for ${label}`, {
          hint: `to be asked for it, and have it stored encrypted: oauth-login setup ${signInTarget(settings)}`,
        }),
      ),
    ];
  }
  return [fine('client', `there is a client for ${label}${hasSecret ? ', with a secret' : ''}`)];
}
