import type { Provider } from './provider.ts';
import { standardClaims } from './standard-claims.ts';

/** GitLab, on gitlab.com and self-managed. */
export const gitlab: Provider = {
  name: 'gitlab',
  label: 'GitLab',
  issuer: 'https://{host}',
  discovery: 'none',
  endpoints: {
    authorization_endpoint: 'https://{host}/oauth/authorize',
    token_endpoint: 'https://{host}/oauth/token',
    userinfo_endpoint: 'https://{host}/oauth/userinfo',
    revocation_endpoint: 'https://{host}/oauth/revoke',
    device_authorization_endpoint: 'https://{host}/oauth/authorize_device',
    jwks_uri: 'https://{host}/oauth/discovery/keys',
  },
  hosts: { default: 'gitlab.com', belowPath: 'issuer' },
  scopes: ['openid', 'profile', 'email'],
  scopeSeparator: ' ',
  pkce: 'optional',
  clientAuthentication: 'client_secret_post',
  clientSecret: 'optional',
  redirect: { host: '127.0.0.1', path: '/callback', port: 'any' },
  offlineAccess: {},
  authorizationParameters: {},
  profile: {
    map: { ...standardClaims, preferred_username: ['preferred_username', 'nickname'] },
  },
  apiOrigins: ['https://{host}'],
  revocation: { kind: 'rfc7009' },
  device: {
    since: 'GitLab 17.2',
    steps: [
      'GitLab 17.2 and later offer it, always since 17.9; nothing has to be changed on the application.',
    ],
  },
  registration: {
    page: 'https://{host}/-/user_settings/applications',
    terms: { clientId: 'Application ID', clientSecret: 'Secret' },
    steps: [
      'Sign in to GitLab and press "Add new application". Any name will do.',
      'Enter {redirect_uri} as redirect URI. It names no port on purpose: then any free port works.',
      'Untick "Confidential": a program on your own computer cannot keep a secret, and then it needs none.',
      'Tick the scopes openid, profile and email, and every other scope you want to ask for later.',
      'Press "Save application" and copy the Application ID.',
    ],
  },
  reviewPage: 'https://{host}/-/user_settings/applications',
  quirks: ['refresh-repeats-redirect-uri'],
  notes: [
    'Only scopes that are ticked on the application can be asked for.',
    'The access token lives two hours; each refresh ends the old access token and the old refresh token.',
    'A self-managed GitLab (--host) needs an application registered there.',
    'A GitLab below a path (https://example.com/gitlab) is reached by its issuer: oauth-login https://example.com/gitlab.',
  ],
};
