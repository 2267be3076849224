import { ConfigurationError } from '../ground/errors.ts';
import type { Provider } from '../providers/provider.ts';
import type { Registration } from '../providers/registration.ts';

/** Placeholders for a client identifier in documents and sample programs. */
const PLACEHOLDER =
  /^(?:<.*>|\[.*\]|\{.*\}|\$\{?\w+\}?|%\w+%|x{3,}|\.{3,}|(?:change|replace)[-_ ]?me|todo|(?:\w+[-_. ])*(?:client|app|application|consumer)[-_ ]?(?:id|key|secret)(?:[-_. ](?:goes[-_. ])?here)?)$/i;

/** Beginnings of secrets, tokens and keys, which cannot be a client identifier. */
const SECRET =
  /^(?:GOCSPX-|gh[opsur]_|github_pat_|gloas-|glpat-|xox[abeprs]-|sk_(?:live|test)_|eyJ[\w-]+\.|-----BEGIN)/;

/** What a client identifier of each kind looks like, as a pattern and in words. */
const kinds: Readonly<Record<NonNullable<Registration['clientIdKind']>, readonly [RegExp, string]>> = {
  uuid: [
    /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i,
    'is a UUID, such as 00001111-aaaa-2222-bbbb-3333cccc4444',
  ],
  digits: [/^\d+$/, 'has digits only'],
  google: [/\.apps\.googleusercontent\.com$/, 'ends in .apps.googleusercontent.com'],
};

/**
 * Why that text cannot be the client identifier that the provider gave, in words that say what to do; `undefined` for one
 * that can be. Servers of which nothing is known may give any identifier of RFC 6749 appendix A.1, even an address.
 */
export function clientIdProblem(
  text: string,
  { registration, selfRegistration, label }: Provider,
): string | undefined {
  const typed = text.trim();
  if (typed === '') {
    return 'the client ID is empty; paste it as the page shows it';
  }
  if (PLACEHOLDER.test(typed)) {
    return 'that is a placeholder; paste the client ID that the page shows';
  }
  if (SECRET.test(typed)) {
    return 'that looks like a secret or a token; the client ID is the other value on the page';
  }
  const isIssuedByPage = registration !== undefined && selfRegistration === undefined;
  const pattern = isIssuedByPage ? /^[\x21-\x7e]{1,2048}$/ : /^[\x20-\x7e]{1,2048}$/;
  if (!pattern.test(typed)) {
    return 'a client ID has no spaces and no special characters; paste it as the page shows it';
  }
  if (!isIssuedByPage) {
    return undefined;
  }
  if (/^[a-z][a-z+.-]*:\/\//i.test(typed)) {
    return `that is an address; paste the client ID that ${label} shows`;
  }
  if (/^[^@]+@[^@]+\.[^@.]+$/.test(typed)) {
    return `that is an e-mail address; paste the client ID that ${label} shows`;
  }
  const [shape, words] = (registration.clientIdKind && kinds[registration.clientIdKind]) ?? [/./, ''];
  return shape.test(typed) ? undefined : `a client ID of ${label} ${words}; paste it as the page shows it`;
}

/** Throws a `ConfigurationError` for what the provider cannot have given. */
export function refuseClientId(clientId: string, provider: Provider): void {
  const problem = clientIdProblem(clientId, provider);
  if (problem !== undefined) {
    const { page } = provider.registration ?? {};
    throw new ConfigurationError(
      'config_invalid_value',
      // The text is not repeated, because it may be a secret.
      `that cannot be a client ID of ${provider.label}`,
      { hint: `${problem}${page === undefined ? '' : `: ${page}`}` },
    );
  }
}
