import { ConfigurationError } from '../ground/errors.ts';
import { httpOptions, signalled } from '../ground/http-options.ts';
import { isInteractive } from '../ground/presence.ts';
import type { Provider } from '../providers/provider.ts';
import { needsNoRegistration } from '../providers/registration.ts';
import { registrationClause } from '../providers/registration-clause.ts';
import { registrationOffer } from '../providers/registration-offer.ts';
import { resolveProvider } from '../providers/resolve.ts';
import type { LoginSettings } from '../settings/login-settings.ts';
import { registeredRedirectUri } from '../settings/redirect-uri.ts';
import { signInTarget } from '../settings/sign-in-target.ts';
import type { RegisteredSettings } from '../sign-in/stages.ts';
import { mayRegister } from './guide-registration.ts';
import { registerItself, type SetupSurroundings } from './self-registration.ts';

/** What the person said about registering. */
export interface RegistrationWish {
  /** The tool is to register itself, without a question. */
  readonly register?: boolean;
  /** A client that the person has already. */
  readonly clientId?: string;
}

/** The client that this tool registered by itself, where that was asked for, or offered and agreed to. */
export async function registerByTool(
  settings: LoginSettings,
  wish: RegistrationWish,
  surroundings: SetupSurroundings,
): Promise<RegisteredSettings | undefined> {
  const { context } = surroundings;
  const isWanted = wish.register === true;
  if (!isWanted && (wish.clientId !== undefined || !isInteractive(context))) {
    return undefined;
  }
  const http = await context.openHttp(httpOptions(settings, context));
  try {
    const fetch = signalled(http.fetch, context.signal);
    const { allowHttpLoopback, provider: asked } = settings;
    const provider = await resolveProvider(asked, { fetch, allowHttpLoopback, withoutCode: true });
    const offer = registrationOffer(provider);
    if (offer === undefined) {
      if (isWanted) {
        throw noRegistration(provider, settings);
      }
      return undefined;
    }
    if (!isWanted && !(await mayRegister(offer, provider.label, context))) {
      return undefined;
    }
    return await registerItself(settings, provider, offer, fetch, surroundings);
  } finally {
    await http.close();
  }
}

function noRegistration(provider: Provider, settings: LoginSettings): ConfigurationError {
  if (needsNoRegistration(provider.selfRegistration)) {
    return new ConfigurationError('config_invalid_value', `${provider.label} needs no registration`, {
      hint: `sign in: oauth-login ${signInTarget(settings)}`,
    });
  }
  return new ConfigurationError(
    'config_invalid_value',
    `${provider.label} does not let this tool register itself`,
    {
      hint: `${registrationClause(provider, registeredRedirectUri(settings.redirect), settings.device)}, then give --client-id`,
    },
  );
}
