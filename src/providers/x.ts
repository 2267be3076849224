import type { Provider } from './provider.ts';

/** X (formerly Twitter), OAuth 2.0. */
export const x: Provider = {
  name: 'x',
  label: 'X',
  issuer: 'https://x.com',
  discovery: 'none',
  endpoints: {
    authorization_endpoint: 'https://x.com/i/oauth2/authorize',
    token_endpoint: 'https://api.x.com/2/oauth2/token',
    revocation_endpoint: 'https://api.x.com/2/oauth2/revoke',
  },
  scopes: ['users.read', 'tweet.read', 'users.email'],
  scopeSeparator: ' ',
  pkce: 'required',
  clientAuthentication: 'client_secret_basic',
  clientSecret: 'optional',
  // X compares the whole URI, so the port is fixed: no usual development port, and below the range that
  // operating systems take for outgoing connections, so that it is seldom busy.
  redirect: { host: '127.0.0.1', path: '/callback', port: 8923 },
  offlineAccess: { scopes: ['offline.access'] },
  authorizationParameters: {},
  profile: {
    url: 'https://api.x.com/2/users/me',
    query: { 'user.fields': 'profile_image_url,confirmed_email' },
    map: {
      sub: 'data.id',
      preferred_username: 'data.username',
      name: 'data.name',
      email: 'data.confirmed_email',
      email_verified: true,
      picture: 'data.profile_image_url',
      profile: 'https://x.com/{data.username}',
    },
  },
  apiOrigins: ['https://api.x.com'],
  revocation: { kind: 'rfc7009' },
  registration: {
    page: 'https://console.x.com',
    terms: { clientId: 'OAuth 2.0 Client ID', clientSecret: 'OAuth 2.0 Client Secret' },
    steps: [
      'Sign in to the X developer console and create an app, or open one that you have.',
      'Under "User authentication settings" allow reading, and tick "Request email from users" if you want the e-mail address.',
      'Choose the type "Native App", which has no secret. "Web App" works too, and has one.',
      'Enter {redirect_uri} as callback URI, exactly so: X compares every character, the port included.',
      'Save, and copy the OAuth 2.0 Client ID (not the API key).',
    ],
  },
  reviewPage: 'https://x.com/settings/connected_apps',
  quirks: [],
  notes: [
    'The redirect URI is compared exactly, so the port is fixed; free it, or register another one and give it with --port.',
    'The access token lives two hours; the scope offline.access, asked for by default, keeps the login alive.',
    'X charges for API calls: without credits the login works, but the profile request is refused.',
    'The e-mail address needs the setting "Request email from users" on the app.',
  ],
};
