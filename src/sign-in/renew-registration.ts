import { endedSecretText, endOfSecret } from '../accounts/end-of-secret.ts';
import type { Context } from '../ground/context.ts';
import { ConfigurationError } from '../ground/errors.ts';
import { isInteractive } from '../ground/presence.ts';
import { registrationOffer } from '../providers/registration-offer.ts';
import { signInTarget } from '../settings/sign-in-target.ts';
import type { FoundProvider, SignInPorts } from './ports.ts';
import { secretRule } from './secret-rule.ts';
import type { RegisteredSettings } from './stages.ts';

/**
 * Gives the client; one whose secret has ended is registered again, where the server lets this tool do that and the
 * person agrees.
 *
 * Throws a `ConfigurationError` for a secret that has ended where nobody agrees, and any error of the registration.
 */
export async function renewRegistration(
  settings: RegisteredSettings,
  found: FoundProvider,
  context: Context,
  ports: Pick<SignInPorts, 'registerClient'>,
): Promise<RegisteredSettings> {
  const { provider } = found;
  const { clientId, clientSecret, clientSecretFile, agrees } = settings;
  const isGiven = clientSecret !== undefined || clientSecretFile !== undefined;
  if (isGiven || secretRule(settings) === 'none') {
    return settings;
  }
  const end = endOfSecret({ issuer: provider.metadata.issuer, clientId }, context);
  if (end === undefined) {
    return settings;
  }
  const isAgreed = agrees || isInteractive(context);
  if (isAgreed && registrationOffer(provider) !== undefined) {
    return ports.registerClient(found);
  }
  throw new ConfigurationError(
    'config_client_secret_expired',
    endedSecretText(clientId, provider.label, end),
    { hint: `to register again: oauth-login setup ${signInTarget(settings)} --register` },
  );
}
