import type { AuthorizationServer } from 'oauth4webapi';

/**
 * How the authorization response can come back: in the query of the redirect URI, in the body of a form, or in a JWT in
 * one of the two. `jwt` is `query.jwt` for a code.
 *
 * @see [OAuth 2.0 Form Post Response Mode](https://openid.net/specs/oauth-v2-form-post-response-mode-1_0.html)
 * @see [JARM §2.3](https://openid.net/specs/oauth-v2-jarm.html)
 */
export const responseModes = ['query', 'form_post', 'jwt', 'query.jwt', 'form_post.jwt'] as const;

/** The name of one of them. */
export type ResponseMode = (typeof responseModes)[number];

/** A provider, and how it answers as far as its file, the configuration or its metadata tell. */
interface Answering {
  readonly responseMode?: ResponseMode;
  readonly metadata: Pick<AuthorizationServer, 'response_modes_supported'>;
}

/**
 * The response mode of a sign-in: the one that was asked for, that of the provider's file or the configuration, `query`,
 * or where the metadata list modes without that, the first of theirs that this tool takes.
 */
export function responseModeOf({ responseMode, metadata }: Answering, asked?: ResponseMode): ResponseMode {
  return asked ?? responseMode ?? offeredMode(metadata) ?? 'query';
}

/** The first of the modes that the metadata list; `undefined` where they list only others. */
export function offeredMode({
  response_modes_supported: offered,
}: Pick<AuthorizationServer, 'response_modes_supported'>): ResponseMode | undefined {
  return offered === undefined ? 'query' : responseModes.find((mode) => offered.includes(mode));
}

/** Whether the browser brings the response in the body of a POST. */
export function isPosted(mode: ResponseMode): boolean {
  return mode.startsWith('form_post');
}

/** Whether the response is a JWT that the server has signed. */
export function isSigned(mode: ResponseMode): boolean {
  return mode.endsWith('jwt');
}
