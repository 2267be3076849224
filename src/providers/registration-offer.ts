import type { ResolvedProvider } from './provider.ts';

/** An endpoint at which this tool can register itself. */
export interface RegistrationOffer {
  readonly kind: 'mastodon' | 'rfc7591';
  readonly endpoint: string;
}

/**
 * Where this tool can register itself: what the provider's file says; for a server without a file, what its metadata
 * says. `undefined`: a person has to do it.
 */
export function registrationOffer(provider: ResolvedProvider): RegistrationOffer | undefined {
  const { selfRegistration: own, metadata, confidence } = provider;
  if (own?.kind === 'any' || own?.kind === 'atproto-localhost') {
    return undefined;
  }
  // A provider with a file needs a person, unless the file says otherwise. Its metadata does not count.
  const isOffered = own !== undefined || confidence === undefined;
  const endpoint = own?.endpoint ?? (isOffered ? metadata.registration_endpoint : undefined);
  return endpoint === undefined ? undefined : { kind: own?.kind ?? 'rfc7591', endpoint };
}
