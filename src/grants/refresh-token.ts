import { defined } from '../ground/defined.ts';
import { AuthenticationRequiredError, AuthorizationServerError } from '../ground/errors.ts';
import type { Secret } from '../ground/secret.ts';
import { UNEXPLAINED } from '../protocol/library-errors.ts';
import type { RefreshReply } from '../protocol/refresh-reply.ts';
import { refreshTokens } from '../protocol/refresh-request.ts';
import type { TokenEndpoint } from '../protocol/token-endpoint.ts';
import type { TokenSet } from '../protocol/token-set.ts';
import type { ReplacementFile } from '../secrets/replacement-file.ts';
import type { UnattendedSettings } from '../settings/unattended-settings.ts';
import { variableName } from '../settings/variables.ts';
import { wrongClient } from './client-credentials.ts';
import { withNextSteps } from './next-steps.ts';
import { unattendedParameters } from './unattended-parameters.ts';

/** What the server did with the refresh token. */
export interface RefreshedTokens {
  readonly tokens: TokenSet;
  /** The server sent a new refresh token, and nobody said where to keep it. */
  readonly isLost: boolean;
}

/**
 * Spends a refresh token that the user supplied. A new refresh token is written where the user asked for it, before
 * the rest of the answer is judged.
 *
 * Throws an `AuthenticationRequiredError` when the server refuses the refresh token, a `StoreError` when the new
 * one cannot be written, and any other error of the token endpoint.
 *
 * @see [RFC 6749 §6](https://www.rfc-editor.org/rfc/rfc6749.html#section-6)
 * @see [RFC 9700 §4.14](https://www.rfc-editor.org/rfc/rfc9700.html#section-4.14)
 */
export async function refreshTokenGrant(
  endpoint: TokenEndpoint,
  settings: UnattendedSettings,
  refreshToken: Secret,
  rotated: ReplacementFile | undefined,
): Promise<RefreshedTokens> {
  const isNew = (token: Secret | undefined) =>
    token !== undefined && token.reveal() !== refreshToken.reveal();
  const tokens = await spend(endpoint, settings, refreshToken, async (reply) => {
    if (reply.refreshToken !== undefined && isNew(reply.refreshToken)) {
      rotated?.replace(reply.refreshToken);
    }
  });
  return { tokens, isLost: isNew(tokens.refreshToken) && rotated === undefined };
}

async function spend(
  endpoint: TokenEndpoint,
  settings: UnattendedSettings,
  refreshToken: Secret,
  onReply: (reply: RefreshReply) => Promise<void>,
): Promise<TokenSet> {
  const { provider, redirect_uri } = { ...settings, ...settings.configuration };
  try {
    const more = {
      parameters: unattendedParameters(settings),
      onReply,
      ...defined({ redirectUri: redirect_uri }),
    };
    return await withNextSteps(refreshTokens(endpoint, refreshToken, more), {
      invalid_client: wrongClient(settings, endpoint),
      invalid_scope: 'request only scopes that were granted with the refresh token (--scope)',
      invalid_target: 'name an API that the server knows (--audience or --resource)',
    });
  } catch (error) {
    if (!isRejected(error)) {
      throw error;
    }
    const source =
      settings.refreshTokenFile === undefined
        ? variableName(provider.name, 'REFRESH_TOKEN')
        : settings.refreshTokenFile.replace(/^-$/, 'standard input');
    throw new AuthenticationRequiredError(
      'refresh_rejected',
      `${provider.label} no longer accepts the refresh token (${error.error === UNEXPLAINED ? `status ${error.status}` : error.error})${error.likelyReason === undefined ? '' : `: ${error.likelyReason}`}`,
      {
        hint: `put a new one into ${source}; if the server sends a new one each time, keep it with --rotate-to FILE`,
        cause: error,
      },
    );
  }
}

/** GitHub uses its own code for a dead refresh token. Some servers give status 400 without a reason. */
function isRejected(error: unknown): error is AuthorizationServerError {
  if (!(error instanceof AuthorizationServerError)) {
    return false;
  }
  if (error.error === UNEXPLAINED) {
    return error.status === 400;
  }
  return error.error === 'invalid_grant' || error.error === 'bad_refresh_token';
}
