import type { Provider } from '../providers/provider.ts';

/** How to register a client with a provider, in words. */
export interface RegistrationText {
  /** The page to open, filled in where the provider lets us. */
  readonly page?: string;
  readonly steps: readonly string[];
}

/** What a person has to do to get a client identifier, with the exact redirect URI in its place. */
export function registrationText(provider: Provider, redirectUri: string): RegistrationText {
  const { registration } = provider;
  if (registration === undefined) {
    return {
      steps: [
        'Ask for a client (an "application") of the kind "native" or "desktop", without a secret if that is offered.',
        `Enter this redirect URI: ${redirectUri}`,
        'Copy the client id it shows.',
      ],
    };
  }
  const page = new URL(registration.page);
  for (const [name, value] of Object.entries(registration.prefill ?? {})) {
    page.searchParams.set(name, value.replace('{redirect_uri}', redirectUri));
  }
  return {
    page: page.href,
    steps: registration.steps.map((step) => step.replace('{redirect_uri}', redirectUri)),
  };
}
