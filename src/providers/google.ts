import type { Provider } from './provider.ts';
import { standardClaims } from './standard-claims.ts';

/** Google accounts, personal and Workspace. */
export const google: Provider = {
  name: 'google',
  label: 'Google',
  issuer: 'https://accounts.google.com',
  discovery: 'none',
  endpoints: {
    authorization_endpoint: 'https://accounts.google.com/o/oauth2/v2/auth',
    token_endpoint: 'https://oauth2.googleapis.com/token',
    userinfo_endpoint: 'https://openidconnect.googleapis.com/v1/userinfo',
    revocation_endpoint: 'https://oauth2.googleapis.com/revoke',
    device_authorization_endpoint: 'https://oauth2.googleapis.com/device/code',
    jwks_uri: 'https://www.googleapis.com/oauth2/v3/certs',
  },
  scopes: ['openid', 'email', 'profile'],
  scopeAliases: {
    email: 'https://www.googleapis.com/auth/userinfo.email',
    profile: 'https://www.googleapis.com/auth/userinfo.profile',
  },
  scopeSeparator: ' ',
  pkce: 'optional',
  clientAuthentication: 'client_secret_post',
  clientSecret: 'required',
  redirect: { host: '127.0.0.1', path: '/callback', port: 'any' },
  offlineAccess: {
    parameters: { access_type: 'offline' },
    consentParameters: { prompt: 'consent' },
  },
  refreshTokenEnds:
    'so it is while the consent screen of the app is in "Testing"; publishing the app lifts it, and so does asking for openid, email and profile only',
  refusals: [
    {
      request: 'refresh',
      error: 'invalid_grant',
      reason:
        'most likely because the consent screen of the app is in "Testing", where refresh tokens end after seven days, or because access was withdrawn',
    },
  ],
  promptValues: ['none', 'consent', 'select_account'],
  authorizationParameters: {},
  idTokenIssuers: ['accounts.google.com'],
  profile: { map: standardClaims },
  // Google serves each API from a host of its own; these are the common ones, api_origins in config.json adds others.
  apiOrigins: [
    'https://www.googleapis.com',
    'https://openidconnect.googleapis.com',
    'https://people.googleapis.com',
    'https://gmail.googleapis.com',
    'https://docs.googleapis.com',
    'https://sheets.googleapis.com',
    'https://slides.googleapis.com',
    'https://tasks.googleapis.com',
    'https://youtube.googleapis.com',
    'https://storage.googleapis.com',
    'https://bigquery.googleapis.com',
    'https://compute.googleapis.com',
    'https://cloudresourcemanager.googleapis.com',
  ],
  revocation: { kind: 'rfc7009', tokenOnly: true },
  device: {
    verificationHosts: ['www.google.com'],
    authenticatesWhilePolling: true,
    ownRegistration: true,
    kindOfClient: 'a client of the type "TVs and Limited Input devices"',
    refusals: [
      {
        error: 'invalid_client',
        says: 'Invalid client type',
        hint: 'register another client of the type "TVs and Limited Input devices" at https://console.cloud.google.com/auth/clients, and give its id (--client-id) and its secret, or sign in without --device',
      },
      {
        error: 'invalid_scope',
        hint: 'Google allows few scopes with --device; sign in without it for the others',
      },
    ],
    steps: [
      'Create another client, of the type "TVs and Limited Input devices": Google refuses every other type there.',
      'Give its Client ID with --client-id. Its Client secret is needed too.',
      'Only few scopes are allowed there; openid, email and profile are among them.',
    ],
  },
  registration: {
    page: 'https://console.cloud.google.com/auth/clients',
    terms: { clientId: 'Client ID', clientSecret: 'Client secret' },
    withoutRedirectUri: 'a client of the type "Desktop app"',
    steps: [
      'Sign in to the Google Cloud console and choose a project, or create one; it costs nothing.',
      'If the console asks for it, fill in the consent screen first: a name, your e-mail address, and yourself as a test user.',
      'Press "Create client" and choose the application type "Desktop app". No redirect URI has to be entered: this type accepts {redirect_uri} on any port.',
      'Copy the Client ID and the Client secret, which is shown only now. Or download the JSON file and import it: oauth-login setup google --from FILE.',
    ],
  },
  clientFile: 'google',
  consoles: ['console.developers.google.com', 'developers.google.com'],
  reviewPage: 'https://myaccount.google.com/connections',
  quirks: ['device-page-renamed'],
  notes: [
    'Google requires the client secret of a desktop app although it does not treat it as confidential.',
    'A client of type "Web application" works too, but only with a redirect URI that is registered exactly, port included.',
    'Clients of the types Android, iOS and Chrome cannot be used from a terminal.',
    'While the consent screen is in "Testing", only the listed test users can sign in, and refresh tokens for further scopes end after seven days.',
    'A person can grant fewer scopes than were asked for; the granted ones are shown after the login.',
  ],
};
