import type { Provider } from './provider.ts';

/** Microsoft: Entra ID (work and school) and personal accounts. */
export const microsoft: Provider = {
  name: 'microsoft',
  label: 'Microsoft',
  issuer: 'https://login.microsoftonline.com/{tenant}/v2.0',
  // The metadata of `common` and `organizations` names `{tenantid}` literally as issuer, which no comparison can accept.
  discovery: 'none',
  endpoints: {
    authorization_endpoint: 'https://login.microsoftonline.com/{tenant}/oauth2/v2.0/authorize',
    token_endpoint: 'https://login.microsoftonline.com/{tenant}/oauth2/v2.0/token',
    userinfo_endpoint: 'https://graph.microsoft.com/oidc/userinfo',
    device_authorization_endpoint: 'https://login.microsoftonline.com/{tenant}/oauth2/v2.0/devicecode',
    jwks_uri: 'https://login.microsoftonline.com/{tenant}/discovery/v2.0/keys',
  },
  tenant: 'common',
  sharedTenants: ['common', 'organizations', 'consumers'],
  scopes: ['openid', 'profile', 'email'],
  scopeSeparator: ' ',
  pkce: 'optional',
  clientAuthentication: 'client_secret_post',
  clientSecret: 'optional',
  redirect: { host: 'localhost', path: '/callback', port: 'any' },
  offlineAccess: { scopes: ['offline_access'] },
  promptValues: ['login', 'none', 'consent', 'select_account'],
  authorizationParameters: {},
  idTokenIssuers: ['https://login.microsoftonline.com/{tenantid}/v2.0'],
  profile: {
    // No `email_verified`: the address can be set by the user or an administrator and proves nothing.
    map: {
      sub: 'sub',
      preferred_username: 'preferred_username',
      name: 'name',
      email: 'email',
      picture: 'picture',
    },
  },
  apiOrigins: ['https://graph.microsoft.com'],
  revocation: { kind: 'none' },
  device: {
    // Which of them is named depends on the kind of account and on the cloud.
    verificationHosts: ['microsoft.com', 'www.microsoft.com', 'login.microsoft.com'],
    refusals: [
      {
        error: 'invalid_client',
        says: 'AADSTS7000218',
        hint: 'switch on "Allow public client flows" under "Authentication" of the app in the Microsoft Entra admin center, or give the client secret',
      },
    ],
    steps: [
      'Open the app in the Microsoft Entra admin center, then "Authentication", switch on "Allow public client flows" and save. No secret is needed then.',
    ],
  },
  registration: {
    page: 'https://entra.microsoft.com/#view/Microsoft_AAD_RegisteredApps/ApplicationsListBlade',
    terms: { clientId: 'Application (client) ID', clientSecret: 'Client secret' },
    steps: [
      'Sign in to the Microsoft Entra admin center, open "App registrations", and press "New registration". Any name will do.',
      'Choose who may sign in. "Any organizational directory and personal Microsoft accounts" lets everybody in, and is what is asked for unless you name a tenant (--tenant).',
      'As redirect URI choose the platform "Public client/native (mobile & desktop)" and enter {redirect_uri}. It names no port on purpose: then any free port works.',
      'Press "Register" and copy the Application (client) ID. No secret is needed.',
    ],
  },
  consoles: ['portal.azure.com', 'aad.portal.azure.com', 'portal.office.com'],
  reviewPage: 'https://myaccount.microsoft.com/',
  quirks: ['s256-not-advertised'],
  notes: [
    'The redirect URI says localhost, because the console offers no other loopback address.',
    'The platform "Web" needs a client secret, and "Single-page application" does not work from a terminal.',
    'Give --tenant (a tenant id, a domain, organizations or consumers) when the app is for one directory only.',
    'Microsoft offers no way to revoke a token: logging out forgets it here, and it stays valid until it expires.',
    'An organization can require that an administrator approves the app first.',
    'The e-mail address is not proof of who someone is; Microsoft does not say whether it was verified.',
  ],
};
