import type { Provider } from './provider.ts';

/** Twitch accounts. */
export const twitch: Provider = {
  name: 'twitch',
  label: 'Twitch',
  issuer: 'https://id.twitch.tv/oauth2',
  discovery: 'none',
  endpoints: {
    authorization_endpoint: 'https://id.twitch.tv/oauth2/authorize',
    token_endpoint: 'https://id.twitch.tv/oauth2/token',
    userinfo_endpoint: 'https://id.twitch.tv/oauth2/userinfo',
    revocation_endpoint: 'https://id.twitch.tv/oauth2/revoke',
    device_authorization_endpoint: 'https://id.twitch.tv/oauth2/device',
    jwks_uri: 'https://id.twitch.tv/oauth2/keys',
  },
  scopes: ['openid', 'user:read:email'],
  scopeSeparator: ' ',
  pkce: 'optional',
  clientAuthentication: 'client_secret_post',
  clientSecret: 'required',
  // Twitch compares the whole URI and allows http for the name localhost only, so the port is fixed.
  redirect: { host: 'localhost', path: '/callback', port: 8924 },
  offlineAccess: {},
  // Without it the ID Token names nobody but the number of the account.
  authorizationParameters: {
    claims: '{"id_token":{"email":null,"email_verified":null,"picture":null,"preferred_username":null}}',
  },
  profile: {
    // The UserInfo endpoint takes no token of the device grant, which knows no `openid`; this one takes both.
    url: 'https://api.twitch.tv/helix/users',
    headers: { 'client-id': '{client_id}' },
    map: {
      sub: 'data.0.id',
      preferred_username: 'data.0.login',
      name: 'data.0.display_name',
      email: 'data.0.email',
      email_verified: true,
      picture: 'data.0.profile_image_url',
      profile: 'https://www.twitch.tv/{data.0.login}',
    },
  },
  apiOrigins: ['https://api.twitch.tv'],
  revocation: { kind: 'rfc7009' },
  device: {
    verificationHosts: ['www.twitch.tv'],
    clientSecret: 'optional',
    authenticatesWhilePolling: true,
    scopeParameter: 'scopes',
    withoutScopes: ['openid'],
    steps: [
      'Register the application as "Public", which has no secret; nothing has to be switched on.',
      'With a "Confidential" one the client secret is needed too, or the sign-in cannot be renewed later.',
    ],
  },
  registration: {
    page: 'https://dev.twitch.tv/console/apps/create',
    terms: { clientId: 'Client ID', clientSecret: 'Client Secret' },
    steps: [
      'Sign in to the Twitch developer console. It asks for two-factor authentication on your account first.',
      'Choose any name, and enter {redirect_uri} as OAuth redirect URL, exactly so: Twitch compares every character, the port included.',
      'Choose any category and, as client type, "Confidential"; "Public" has no secret, and signs in with --device only.',
      'Press "Create", then "Manage" beside the new application, and copy the Client ID.',
      'Press "New Secret" and copy the Client Secret, which is shown only now.',
    ],
  },
  reviewPage: 'https://www.twitch.tv/settings/connections',
  quirks: ['error-in-message'],
  notes: [
    'The redirect URI is compared exactly, so the port is fixed; free it, or register another one and give it with --port.',
    'An application of the type "Public" has no secret and signs in with --device only.',
    'Each refresh of a public application ends its old refresh token, and an unused one ends after 30 days.',
  ],
};
