import type { Provider } from './provider.ts';

/** GitHub as an OAuth app; also GitHub Enterprise Server and the `ghe.com` hosts. */
export const github: Provider = {
  name: 'github',
  label: 'GitHub',
  issuer: 'https://{host}/login/oauth',
  discovery: 'none',
  endpoints: {
    authorization_endpoint: 'https://{host}/login/oauth/authorize',
    token_endpoint: 'https://{host}/login/oauth/access_token',
    device_authorization_endpoint: 'https://{host}/login/device/code',
  },
  hosts: {
    default: 'github.com',
    api: [
      ['github.com', 'https://api.github.com'],
      ['*.ghe.com', 'https://api.{host}'],
      ['*', 'https://{host}/api/v3'],
    ],
  },
  scopes: ['read:user', 'user:email'],
  scopeSeparator: ' ',
  pkce: 'optional',
  clientAuthentication: 'client_secret_post',
  clientSecret: 'required',
  redirect: { host: '127.0.0.1', path: '/callback', port: 'any' },
  offlineAccess: {},
  authorizationParameters: {},
  profile: {
    url: '{api}/user',
    headers: { accept: 'application/vnd.github+json' },
    map: {
      sub: 'id',
      preferred_username: 'login',
      name: 'name',
      email: 'email',
      picture: 'avatar_url',
      profile: 'html_url',
    },
    emails: {
      url: '{api}/user/emails',
      email: 'email',
      primary: 'primary',
      verified: 'verified',
    },
  },
  apiOrigins: ['{api}'],
  revocation: {
    kind: 'request',
    method: 'DELETE',
    url: '{api}/applications/{client_id}/token',
    authentication: 'client_secret_basic',
    json: { access_token: '{access_token}' },
  },
  registration: {
    page: 'https://{host}/settings/applications/new',
    prefill: {
      'oauth_application[name]': 'oauth-login',
      'oauth_application[url]': 'http://127.0.0.1/',
      'oauth_application[callback_url]': '{redirect_uri}',
      'oauth_application[description]': 'Sign in from the terminal',
    },
    steps: [
      'Sign in to GitHub; the page "Register a new OAuth app" opens with its fields filled in.',
      'The application name is what the consent page shows, and the homepage URL may be any address: change both as you like.',
      'The authorization callback URL must be exactly {redirect_uri}; it has no port, so that any free port works.',
      'Press "Register application"; the next page shows the client ID.',
      'Press "Generate a new client secret" and copy it at once, because GitHub shows it only once.',
    ],
  },
  reviewPage: 'https://{host}/settings/applications',
  quirks: ['error-with-status-200', 'form-encoded-reply', 'scope-irregular'],
  notes: [
    'The client secret is needed even though PKCE is used.',
    'The token of an OAuth app does not expire by itself; it ends when you log out or withdraw access on GitHub.',
    'When the redirect URI does not match the registered one, GitHub reports it to the registered address, so nothing arrives here and the login times out.',
    'An organization can restrict OAuth apps; its data stays hidden until an owner approves yours.',
    'Another host (--host) needs a client registered on that host.',
  ],
};
