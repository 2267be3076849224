import type { OAuth1Server } from './oauth1.ts';
import type { Provider } from './provider.ts';
import type { ProviderFile } from './provider-file.ts';

/** Gives the server that a provider file describes; what it leaves out has the value that most servers have. */
export function oauth1Server(
  file: Omit<NonNullable<ProviderFile['oauth1']>, 'profile' | 'registration' | 'notes' | 'doubts'>,
): OAuth1Server {
  return {
    temporaryCredentialUri: file.temporary_credential_uri,
    authorizationUri: file.authorization_uri,
    tokenUri: file.token_uri,
    signatureMethod: file.signature_method ?? 'HMAC-SHA1',
    parametersIn: file.parameters_in ?? 'header',
    method: file.method ?? 'POST',
    ...(file.realm === undefined ? {} : { realm: file.realm }),
    callback: file.callback ?? 'loopback',
    isCallbackExact: file.callback_compared ?? false,
    isWithoutVerifier: file.without_verifier ?? false,
    isSecretTheKey: file.secret_is_key ?? false,
    tokenParameter: file.token_parameter ?? 'oauth_token',
    temporaryCredentialParameters: file.temporary_credential_parameters ?? {},
    authorizationParameters: file.authorization_parameters ?? {},
  };
}

/** The provider as it is signed in to with that server: nothing of its OAuth 2.0 is left. */
export function providerByOAuth1(provider: Provider, server: OAuth1Server): Provider {
  const {
    device: _device,
    tokenRequest: _request,
    tokenReply: _reply,
    shortLived: _shortLived,
    clientFile: _clientFile,
    byOAuth1: _byOAuth1,
    ...rest
  } = provider;
  return {
    ...rest,
    oauth1: server,
    discovery: 'none',
    endpoints: {},
    scopes: [],
    pkce: 'never',
    // The key of RSA-SHA1 is in a file, and no page shows it.
    clientSecret:
      provider.clientSecret === 'none' || server.signatureMethod === 'RSA-SHA1' ? 'none' : 'required',
    offlineAccess: {},
    authorizationParameters: server.authorizationParameters,
    revocation: { kind: 'none' },
    quirks: [],
  };
}
