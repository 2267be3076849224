import type { Provider } from '../providers/provider.ts';
import { wrappedText } from './wrapped-text.ts';

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
        `Open the page on which ${provider.label} registers applications ("clients"), or ask the people who run it.`,
        'Choose the kind "native", also called "desktop" or "public": it needs no secret.',
        `Enter ${redirectUri} as redirect URI (callback URL).`,
        'Copy the client ID that is shown at the end.',
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

/** What a person reads before the first question of a guided registration: why, where, and what to do there. */
export function registrationGuide(
  provider: Provider,
  redirectUri: string,
  columns: number | undefined,
): string {
  const { page, steps } = registrationText(provider, redirectUri);
  const prose = (text: string) => wrappedText(text, columns);
  return [
    prose(
      `Before ${provider.label} lets a program sign you in, it wants to know that program: you register oauth-login there once, under your own name, and get a client ID for it. That takes a few minutes; afterwards "oauth-login" does the rest.`,
    ),
    '',
    ...(page === undefined ? [] : [`Register it on this page of ${provider.label}:`, '', page, '']),
    'What to do there:',
    '',
    ...steps.map((step, index) => wrappedText(`  ${index + 1}. ${step}`, columns, '     ')),
    '',
    prose(
      'When you have signed in, your browser comes back to this computer at the redirect URI. Wherever the page asks for one (or for a "callback URL"), it is exactly this:',
    ),
    '',
    redirectUri,
    '',
    '',
  ].join('\n');
}

/** The question for the client identifier, in the words of the provider's page. */
export function clientIdQuestion({ label, registration }: Provider): string {
  const term = registration?.terms.clientId;
  return term === undefined || term === 'Client ID'
    ? `Client ID that ${label} gave you`
    : `Client ID that ${label} gave you (the page calls it "${term}")`;
}

/** The question for the client secret; what is typed is not shown. */
export function clientSecretQuestion(
  { clientSecret, label, registration }: Provider,
  stored: 'stored' | 'unknown',
): string {
  const term = registration?.terms.clientSecret ?? 'Client secret';
  const none = stored === 'stored' ? 'Enter keeps the stored one' : 'Enter if there is none';
  const notes = [
    'hidden while you type or paste',
    ...(stored === 'stored' || clientSecret !== 'required' ? [none] : []),
  ];
  return `${term} that ${label} gave you (${notes.join('; ')})`;
}

/** What `setup` answers. */
export function savedClientText(
  label: string,
  kind: 'public' | 'confidential',
  file: string,
  signIn: string,
): string {
  const secret = kind === 'confidential' ? ', its secret sealed' : '';
  return `Saved the client for ${label} in ${file}${secret}.\nSign in with: oauth-login ${signIn}\n`;
}
