import { createServer } from 'node:http';
import * as oauth from 'oauth4webapi';
import { expect } from 'vitest';
import { type FinalPage, playUserAgent } from '../../src/demo/http-user-agent.ts';
import { listenOnLoopback } from './reverse-proxy.ts';

/** Lets the library speak to a server on plain http. */
export const insecure = { [oauth.allowInsecureRequests]: true };

/** The public client of the embedded provider. */
export const publicClient: oauth.Client = { client_id: 'demo' };

/** A confidential client to register beside it. */
export const confidentialClient = {
  clientId: 'confidential',
  clientSecret: 'a-secret-of-the-confidential-client',
  authentication: 'client_secret_basic',
  redirectUris: ['http://127.0.0.1/callback'],
} as const;

/** An authorization request, and the person who answers it; ada consents unless it says otherwise. */
export interface Attempt {
  readonly user?: string;
  readonly password?: string;
  readonly consent?: boolean;
  readonly client?: string;
  readonly parameters?: Readonly<Record<string, string | undefined>>;
}

/** Where the browser ended, what it brought, and the verifier that belongs to it. */
export interface Attempted {
  readonly page: FinalPage;
  readonly verifier: string;
  readonly response: URLSearchParams;
}

/** A client that speaks to one authorization server through the protocol library alone, step by step. */
export interface RelyingParty {
  readonly metadata: oauth.AuthorizationServer;
  readonly redirectUri: string;
  /** Goes through the authorization request as the person. */
  authorize(attempt?: Attempt): Promise<Attempted>;
  /** Sends the code to the token endpoint; gives the raw reply. */
  exchange(
    finalUrl: string,
    verifier: string,
    authentication?: oauth.ClientAuth,
    client?: oauth.Client,
  ): Promise<Response>;
  /** Both, and the validated token response. */
  redeem(
    attempt?: Attempt,
    authentication?: oauth.ClientAuth,
    client?: oauth.Client,
  ): Promise<oauth.TokenEndpointResponse>;
  refresh(refreshToken: string): Promise<oauth.TokenEndpointResponse>;
  userInfo(accessToken: string): Promise<Response>;
  close(): void;
}

/** Asks for the metadata of the issuer (OpenID Connect Discovery 1.0 §4). */
export async function discover(issuer: string): Promise<oauth.AuthorizationServer> {
  const url = new URL(issuer);
  return oauth.processDiscoveryResponse(url, await oauth.discoveryRequest(url, insecure));
}

/** The refresh token of a response; there has to be one. */
export function refreshTokenOf(tokens: oauth.TokenEndpointResponse): string {
  expect(tokens.refresh_token).toEqual(expect.any(String));
  return tokens.refresh_token ?? '';
}

/** Opens it, with a redirect URI on a port of its own. */
export async function openRelyingParty(issuer: string): Promise<RelyingParty> {
  const callback = createServer((_request, response) => {
    response.setHeader('content-type', 'text/html').end('<title>received</title>');
  });
  const redirectUri = `${await listenOnLoopback(callback)}/callback`;
  const metadata = await discover(issuer);

  async function authorize(attempt: Attempt = {}): Promise<Attempted> {
    const verifier = oauth.generateRandomCodeVerifier();
    const uri = new URL(metadata.authorization_endpoint ?? '');
    const parameters: Record<string, string | undefined> = {
      client_id: attempt.client ?? 'demo',
      response_type: 'code',
      redirect_uri: redirectUri,
      scope: 'openid profile email offline_access',
      prompt: 'consent',
      state: 'the-state',
      code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
      ...attempt.parameters,
    };
    for (const [name, value] of Object.entries(parameters)) {
      if (value !== undefined) {
        uri.searchParams.set(name, value);
      }
    }
    const page = await playUserAgent(uri.href, {
      user: attempt.user ?? 'ada',
      consent: attempt.consent ?? true,
      ...(attempt.password === undefined ? {} : { password: attempt.password }),
    });
    return { page, verifier, response: new URL(page.finalUrl).searchParams };
  }

  async function exchange(
    finalUrl: string,
    verifier: string,
    authentication = oauth.None(),
    client = publicClient,
  ): Promise<Response> {
    const parameters = oauth.validateAuthResponse(metadata, client, new URL(finalUrl), 'the-state');
    return oauth.authorizationCodeGrantRequest(
      metadata,
      client,
      authentication,
      parameters,
      redirectUri,
      verifier,
      insecure,
    );
  }

  return {
    metadata,
    redirectUri,
    authorize,
    exchange,
    async redeem(attempt, authentication, client = publicClient) {
      const { page, verifier } = await authorize(attempt);
      const reply = await exchange(page.finalUrl, verifier, authentication, client);
      return oauth.processAuthorizationCodeResponse(metadata, client, reply);
    },
    async refresh(refreshToken) {
      const none = oauth.None();
      return oauth.processRefreshTokenResponse(
        metadata,
        publicClient,
        await oauth.refreshTokenGrantRequest(metadata, publicClient, none, refreshToken, insecure),
      );
    },
    userInfo: (accessToken) => oauth.userInfoRequest(metadata, publicClient, accessToken, insecure),
    close: () => callback.close(),
  };
}
