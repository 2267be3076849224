import type { Provider } from './provider.ts';

/** Facebook Login, through the Graph API. */
export const facebook: Provider = {
  name: 'facebook',
  label: 'Facebook',
  issuer: 'https://www.facebook.com',
  // The discovery document names no token endpoint, so it is of no use for the code flow.
  discovery: 'none',
  endpoints: {
    authorization_endpoint: 'https://www.facebook.com/v24.0/dialog/oauth',
    token_endpoint: 'https://graph.facebook.com/v24.0/oauth/access_token',
    device_authorization_endpoint: 'https://graph.facebook.com/v24.0/device/login',
  },
  scopes: ['public_profile', 'email'],
  scopeSeparator: ',',
  pkce: 'optional',
  clientAuthentication: 'client_secret_post',
  clientSecret: 'required',
  redirect: { host: 'localhost', path: '/callback', port: 'any' },
  offlineAccess: {},
  // A person can untick the e-mail address, and only the callback tells.
  authorizationParameters: { return_scopes: 'true' },
  profile: {
    url: 'https://graph.facebook.com/v24.0/me',
    query: { fields: 'id,name,email,picture' },
    map: {
      sub: 'id',
      name: 'name',
      email: 'email',
      picture: 'picture.data.url',
    },
  },
  apiOrigins: ['https://graph.facebook.com'],
  revocation: {
    kind: 'request',
    method: 'DELETE',
    url: 'https://graph.facebook.com/v24.0/{sub}/permissions',
    authentication: 'bearer',
  },
  device: {
    clientToken: { term: 'Client token', place: '"App settings", "Advanced", "Security"' },
    ownRegistration: true,
    loginStatusEndpoint: 'https://graph.facebook.com/v24.0/device/login_status',
    refusals: [
      {
        error: 'invalid_token',
        hint: 'check the App ID and the Client token ("App settings", "Advanced", "Security"); it is not the App secret',
      },
      {
        error: 'invalid_request',
        hint: 'check that "Login from Devices" is switched on in the settings of Facebook Login, and that the Client token is right',
      },
    ],
    steps: [
      'In the settings of Facebook Login switch on "Login from Devices".',
      'Open "App settings", then "Advanced", and copy the Client token under "Security". With --device it is given in place of the App secret.',
    ],
  },
  registration: {
    page: 'https://developers.facebook.com/apps/',
    terms: { clientId: 'App ID', clientSecret: 'App secret' },
    withoutRedirectUri: 'an app in development mode',
    steps: [
      'Sign in to Meta for Developers, press "Create app", and choose the use case that lets people log in with Facebook.',
      'Leave the app in development mode. There {redirect_uri} works without being entered anywhere; a live app refuses plain http.',
      'In the use case, add the permission "email".',
      'Open "App settings", then "Basic". Copy the App ID, press "Show", and copy the App secret.',
    ],
  },
  reviewPage: 'https://www.facebook.com/settings?tab=applications',
  quirks: ['error-object', 'appsecret-proof', 'granted-scopes-in-callback'],
  notes: [
    'Only people with a role in the app (you, your testers) can sign in while it is in development mode.',
    'A live app refuses http://localhost, so it cannot be used from a terminal.',
    'There is no refresh token: sign in again when the token has expired.',
    'A person can untick the e-mail address, and some accounts have none.',
    'User ids differ from app to app.',
  ],
};
