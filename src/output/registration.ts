import type { Provider } from '../providers/provider.ts';
import { kindWithoutRedirectUri } from '../providers/registration-clause.ts';
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
        `Open the page on which ${provider.label} registers applications (it may call them clients), or ask the people who run it to do it for you.`,
        'If it asks for the type of client, choose "native" (also called "desktop" or "public"), which needs no secret.',
        `Enter ${redirectUri} as the redirect URI.`,
        'Copy the client ID it shows at the end, and the client secret if there is one.',
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

/** What a person reads first: how long it takes, and why. */
export function registrationIntroduction(label: string, columns: number | undefined): string {
  const why = `This takes a few minutes, and you do it only once. ${label} only accepts registered apps, so first register oauth-login there, under your own name, and get a client ID for it.`;
  return `${wrappedText(why, columns)}\n\n`;
}

/** What a person reads before the first question of a guided registration: why, where, and what to do there. */
export function registrationGuide(
  provider: Provider,
  redirectUri: string,
  columns: number | undefined,
  forDevice: boolean,
): string {
  const { page, steps } = registrationText(provider, redirectUri);
  const deviceSteps = provider.device?.steps ?? [];
  return [
    ...(page === undefined ? [] : ['Register it on this page:', '', page, '']),
    ...steps.map((step, index) => wrappedText(step, columns, `  ${index + 1}. `)),
    '',
    ...(forDevice && deviceSteps.length > 0
      ? ['For --device:', ...deviceSteps.map((step) => wrappedText(step, columns, '  - ')), '']
      : []),
    ...(kindWithoutRedirectUri(provider, redirectUri) === undefined
      ? ['The redirect URI (some pages say "callback URL") is exactly:', '', redirectUri, '']
      : []),
    '',
  ].join('\n');
}

/** What a person reads who sets up a provider once more: what is saved, and how to keep it. */
export function savedClientGuide(
  label: string,
  saved: { readonly clientId: string; readonly hasSecret: boolean; readonly page?: string },
  columns: number | undefined,
): string {
  const secret = saved.hasSecret ? ', with its secret encrypted' : ', without a secret';
  const what = `${label} is set up already: the client ${saved.clientId} is saved${secret}. Press Enter to keep what is there.`;
  const page = saved.page === undefined ? [] : ['To register another one:', '', saved.page, ''];
  return [wrappedText(what, columns), '', ...page, ''].join('\n');
}

/** The question whether the tool may register itself at that host. */
export function selfRegistrationQuestion(label: string, host: string): string {
  return `oauth-login can register itself with ${label}, at ${host}. This is needed only once. Register it now?`;
}

/** The question for the client identifier, in the words of the provider's page. */
export function clientIdQuestion({ label, registration }: Provider): string {
  return `${registration?.terms.clientId ?? 'Client ID'} that ${label} gave you`;
}

/** The question for the client secret; what is typed is not shown. */
export function clientSecretQuestion(
  { clientSecret, label, registration }: Provider,
  stored: 'stored' | 'unknown',
): string {
  const term = registration?.terms.clientSecret ?? 'Client secret';
  const none = stored === 'stored' ? 'press Enter to keep the stored one' : 'press Enter if there is none';
  const notes = [
    'hidden while you type or paste',
    ...(stored === 'stored' || clientSecret !== 'required' ? [none] : []),
  ];
  return `${term} that ${label} gave you (${notes.join('; ')})`;
}

/** A note of `setup` for a client that takes the place of another one. */
export function replacedClientText(label: string, before: string): string {
  return `note: it takes the place of the client ${before}; accounts that it has signed in to ${label} stay signed in.\n`;
}

/** A note for a client that was imported from a file. */
export function clientFileNote(file: string): string {
  return `note: ${file} still holds the client secret; delete it, or keep it where only you can read it.\n`;
}

/** What a client that was saved shows at the server: nothing, a secret, or what it has signed with a key. */
export type KindOfClient = 'public' | 'confidential' | 'with a key';

/** The public half of a key that was made, and what to do with it. */
export function madeKeyText(label: string, keys: string): string {
  return `Register this public key (JWKS) for the client at ${label}; the private key is kept encrypted:\n${keys}`;
}

/** What `setup` answers. */
export function savedClientText(label: string, kind: KindOfClient, file: string, signIn: string): string {
  const secret = kind === 'confidential' ? ', with its secret encrypted' : '';
  return `Saved the client for ${label} in ${file}${secret}.\nSign in with: oauth-login ${signIn}\n`;
}

/** What `setup --remove` answers. */
export function removedClientText(
  { label, registration }: Provider,
  { clientId, isDeletedThere }: { readonly clientId: string; readonly isDeletedThere: boolean },
): string {
  if (isDeletedThere) {
    return `Removed the client ${clientId} from this machine, and deleted it at ${label}.\n`;
  }
  const page = registration === undefined ? '' : ` at ${registration.page}`;
  return `Removed the client ${clientId} from this machine. It is still registered with ${label}; delete it there${page}.\n`;
}
