import { ConfigurationError } from '../ground/errors.ts';
import { registrationClause } from '../providers/registration-clause.ts';
import type { RegistrationOffer } from '../providers/registration-offer.ts';
import type { LoginSettings } from '../settings/login-settings.ts';
import { registeredRedirectUri } from '../settings/redirect-uri.ts';
import { signInTarget } from '../settings/sign-in-target.ts';
import { clientVariables } from '../settings/variables.ts';
import { secretRule } from './secret-rule.ts';

/** The error for a sign-in without client identifier where nobody can be led through a registration. */
export function missingClientId(
  settings: LoginSettings,
  offer: RegistrationOffer | undefined,
): ConfigurationError {
  const { label } = settings.provider;
  const hint =
    offer === undefined
      ? registrationHint(settings, `${guideTo(settings)} guides you`)
      : `to let the server register this tool: oauth-login setup ${signInTarget(settings)} --register`;
  return new ConfigurationError('config_missing_client_id', `there is no client ID for ${label}`, {
    hint,
    missing: 'client-id',
  });
}

/** The error for a client whose credential is nowhere, where nobody can be asked for it. */
export function missingCredential(
  what: 'client secret' | 'client token',
  settings: LoginSettings,
): ConfigurationError {
  const { provider } = settings;
  const { label } = provider;
  const variables = clientVariables(provider);
  const token = settings.device ? provider.device?.clientToken : undefined;
  if (token !== undefined) {
    const page = provider.registration?.page ?? label;
    return new ConfigurationError(
      'config_missing_client_secret',
      `there is no ${what} for ${label}, which --device needs`,
      {
        hint: `copy the ${token.term} at ${page} (${token.place}), then set ${variables.secret} to it, or give --client-secret-file`,
        missing: 'client-secret',
      },
    );
  }
  return new ConfigurationError('config_missing_client_secret', `there is no ${what} for ${label}`, {
    hint: `give it with --client-secret-file PATH, or set ${variables.secret}; ${guideTo(settings)} asks for it and stores it encrypted`,
    missing: 'client-secret',
  });
}

function guideTo(settings: LoginSettings): string {
  return `oauth-login setup ${signInTarget(settings)} in a terminal`;
}

function registrationHint(settings: LoginSettings, guide: string): string {
  const { provider, device, redirect } = settings;
  const what = registrationClause(provider, registeredRedirectUri(redirect), device);
  const hint = `${what}, then set ${wantedVariables(settings)}`;
  const { steps = [], kindOfClient } = (device && provider.device) || {};
  // The guide leads to the client of the other grants.
  if (kindOfClient !== undefined) {
    return hint;
  }
  const more = steps.length === 0 ? '' : `. For --device: ${steps.join(' ')}`;
  return `${hint}; ${guide}${more}`;
}

/** The variables to set for a new client; whether a client of somebody's own server has a secret, nobody knows. */
function wantedVariables(settings: LoginSettings): string {
  const { id, secret } = clientVariables(settings.provider);
  const rule = secretRule(settings);
  if (rule === 'required') {
    return `${id} and ${secret}`;
  }
  const isOpen = rule === 'optional' && settings.provider.registration === undefined;
  return isOpen ? `${id} (and ${secret}, if it has a secret)` : id;
}
