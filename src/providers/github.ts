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
  // A scope that another one asked for includes is left out of the reply.
  scopeAliases: {
    'read:user': 'user',
    'user:email': 'user',
    'user:follow': 'user',
    public_repo: 'repo',
    'repo:status': 'repo',
    repo_deployment: 'repo',
    'repo:invite': 'repo',
    security_events: 'repo',
    'read:org': 'admin:org',
    'write:org': 'admin:org',
  },
  scopeSeparator: ' ',
  pkce: 'optional',
  clientAuthentication: 'client_secret_post',
  clientSecret: 'required',
  redirect: { host: '127.0.0.1', path: '/callback', port: 'any' },
  offlineAccess: {},
  shortLived: { scopes: ['offline_access'] },
  refusals: [
    {
      request: 'refresh',
      error: 'bad_refresh_token',
      reason: 'it ends after six months without use, and when access is withdrawn on GitHub',
    },
  ],
  promptValues: ['select_account'],
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
  device: {
    clientSecret: 'unused',
    refusals: [
      {
        error: 'device_flow_disabled',
        hint: 'tick "Enable Device Flow" in the settings of the app (https://{host}/settings/developers), or sign in without --device',
      },
      { error: 'unknown_error', hint: 'check the client id: GitHub answers so when it knows no app by it' },
    ],
    steps: [
      'In the settings of the app (https://{host}/settings/developers) tick "Enable Device Flow" and save. No client secret is needed for it.',
    ],
  },
  registration: {
    page: 'https://{host}/settings/applications/new',
    terms: { clientId: 'Client ID', clientSecret: 'Client secret' },
    prefill: {
      'oauth_application[name]': 'oauth-login',
      'oauth_application[url]': 'http://127.0.0.1/',
      'oauth_application[callback_url]': '{redirect_uri}',
      'oauth_application[description]': 'Sign in from the terminal',
    },
    steps: [
      'Sign in to GitHub. The page "Register a new OAuth app" has its fields filled in already.',
      'Leave them as they are, or change the name, which you will see whenever you sign in, and the homepage URL, which may be any address.',
      'The authorization callback URL must stay exactly {redirect_uri}. It names no port on purpose: then any free port works.',
      'Press "Register application". The next page shows the Client ID; copy it.',
      'On that page press "Generate a new client secret" and copy the secret at once: GitHub shows it only this one time.',
    ],
  },
  reviewPage: 'https://{host}/settings/applications',
  quirks: ['form-encoded-reply'],
  notes: [
    'The client secret is needed even though PKCE is used.',
    'Whether the token expires is a setting of the app: after eight hours, with a refresh token that each refresh replaces, or not by itself. With --short-lived it is asked for tokens that expire.',
    'An app can have up to ten redirect URIs.',
    'When the redirect URI does not match the registered one, GitHub reports it to the registered address, so nothing arrives here and the login times out.',
    'An organization can restrict OAuth apps; its data stays hidden until an owner approves yours.',
    'Another host (--host) needs a client registered on that host.',
  ],
};
