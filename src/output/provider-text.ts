import type { Provider } from '../providers/provider.ts';
import { kindWithoutRedirectUri } from '../providers/registration-clause.ts';
import { registrationText } from './registration.ts';
import { scopesText } from './text.ts';
import { wrappedText } from './wrapped-text.ts';

/** What is known of one provider besides its data. */
export interface ProviderFacts {
  readonly redirectUri: string;
  /** What to type after `oauth-login` to sign in there. */
  readonly signIn: string;
  readonly clientId?: string;
}

/** One provider in full, for people who meet it for the first time; running text is broken where the width is known. */
export function providerText(provider: Provider, facts: ProviderFacts, columns?: number): string {
  const { page, steps } = registrationText(provider, facts.redirectUri);
  const deviceSteps = provider.device?.steps ?? [];
  const port =
    provider.redirect.port === 'any' ? 'any port' : `port ${provider.redirect.port}, registered exactly`;
  const kind = kindWithoutRedirectUri(provider, facts.redirectUri);
  const entered = kind === undefined ? '' : `; not entered for ${kind}`;
  const rows = [
    ['issuer', provider.issuer],
    ['scopes', scopesText(provider.scopes)],
    ['client ID', facts.clientId ?? 'not set'],
    ['client secret', provider.clientSecret],
    ...(provider.oauth1 === undefined
      ? [['PKCE', provider.pkce === 'never' ? 'not supported' : 'S256']]
      : []),
    [
      'redirect URI',
      facts.redirectUri === 'oob'
        ? 'none: the page shows a code to type'
        : `${facts.redirectUri} (${port}${entered})`,
    ],
    ['revocation', provider.revocation.kind === 'none' ? 'not offered' : 'yes'],
    ['device grant', deviceText(provider)],
    ...(provider.addedFile === undefined ? [] : [['file', provider.addedFile]]),
    ...confidenceRow(provider),
    ...Object.entries(provider.endpoints),
    ...oauth1Rows(provider),
  ];
  const width = Math.max(...rows.map(([name]) => name?.length ?? 0));
  // A narrow terminal has no room for two columns.
  const padding = columns !== undefined && width > columns / 2 ? columns : width;
  const notes = [...provider.notes, ...(provider.doubts ?? [])];
  const point = (text: string, first: string) =>
    columns === undefined ? `${first}${text}` : wrappedText(text, columns, first);
  return [
    `${provider.label} (oauth-login ${facts.signIn})`,
    '',
    ...rows.map(([name = '', value = '']) => rowText(`  ${name.padEnd(padding)}  `, value, columns)),
    '',
    point(`To register a client${page === undefined ? '' : ` open ${page}`}`, ''),
    ...steps.map((step, index) => point(step, `  ${index + 1}. `)),
    ...(deviceSteps.length === 0
      ? []
      : ['', 'To sign in with --device:', ...deviceSteps.map((step) => point(step, '  - '))]),
    ...(notes.length === 0 ? [] : ['', 'Good to know:', ...notes.map((note) => point(note, '  - '))]),
    '',
  ].join('\n');
}

/** A name and its value; the value has lines of its own where the terminal is too narrow for both. */
function rowText(name: string, value: string, columns = Number.POSITIVE_INFINITY): string {
  if (name.length + value.length <= columns) {
    return `${name}${value}`;
  }
  const longestWord = Math.max(...value.split(' ').map((word) => word.length));
  return name.length + longestWord > columns
    ? `${name.trimEnd()}\n${wrappedText(value, columns, '      ')}`
    : wrappedText(value, columns, name);
}

/** How OAuth 1.0a is used there, or that it can be used as well. */
function oauth1Rows({ oauth1, byOAuth1 }: Provider): string[][] {
  if (oauth1 === undefined) {
    return byOAuth1 === undefined ? [] : [['OAuth 1.0a', `too, with --oauth1 (as ${byOAuth1().name})`]];
  }
  return [
    ['OAuth 1.0a', `signs requests by ${oauth1.signatureMethod}`],
    ['temporary credentials', oauth1.temporaryCredentialUri],
    ['authorization', oauth1.authorizationUri],
    ['token', oauth1.tokenUri],
  ];
}

/** How sure the facts are, of a provider with a file; what a file that was added claims, nobody here has checked. */
function confidenceRow({ confidence, addedFile }: Provider): string[][] {
  if (confidence === undefined) {
    return [];
  }
  const claim = confidenceWords[confidence];
  return [['certainty', addedFile === undefined ? claim : `its file says: ${claim}`]];
}

const confidenceWords = {
  A: 'three or more independent sources agree on the addresses',
  B: 'two independent sources agree on the addresses',
  C: 'not tested: the facts come from one source, or sources differ',
} as const;

/** Whether `--device` works there (RFC 8628); servers that publish metadata are not asked here. */
function deviceText(provider: Provider): string {
  const offered = isDeviceOffered(provider);
  if (offered === null) {
    return "if the server's metadata lists it";
  }
  return offered ? `yes${deviceSecretText(provider)}` : 'not offered';
}

function deviceSecretText({ clientSecret, device }: Provider): string {
  if (device?.clientToken !== undefined) {
    return `, with the ${device.clientToken.term}`;
  }
  if (clientSecret === 'none') {
    return '';
  }
  return (device?.clientSecret ?? clientSecret) === 'required'
    ? ', with the client secret'
    : ', without a client secret';
}

function isDeviceOffered({ discovery, endpoints }: Provider): boolean | null {
  if (endpoints.device_authorization_endpoint !== undefined) {
    return true;
  }
  return discovery === 'none' ? false : null;
}

/** One provider for programs. */
export function providerDocument(provider: Provider, facts: ProviderFacts): Record<string, unknown> {
  const { page, steps } = registrationText(provider, facts.redirectUri);
  return {
    name: provider.name,
    label: provider.label,
    issuer: provider.issuer,
    endpoints: provider.endpoints,
    scopes: provider.scopes,
    client_id: facts.clientId ?? null,
    client_secret: provider.clientSecret,
    pkce: provider.pkce,
    redirect_uri: facts.redirectUri,
    revocation: provider.revocation.kind,
    device: { offered: isDeviceOffered(provider), steps: provider.device?.steps ?? [] },
    registration: { page: page ?? null, steps },
    notes: provider.notes,
    confidence: provider.confidence ?? null,
    doubts: provider.doubts ?? [],
  };
}
