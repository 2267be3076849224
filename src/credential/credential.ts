import type { Secret } from '../ground/secret.ts';
import type { TokenPresentation } from '../providers/provider.ts';

/**
 * How a request is authorized with an access token that anybody may use who holds it (RFC 6750 §1.2). A token that is
 * bound to a key (`dpop/`, RFC 9449) and one that signs requests (`oauth1/`) cannot be shown like this.
 */
export interface BearerCredential {
  readonly token: Secret;
  readonly presentation: TokenPresentation;
}

/** What a request has to carry to be authorized. */
export interface Authorization {
  readonly headers: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
}

/** The type of the tokens, as a token response names it (RFC 6749 §7.1). */
export const TOKEN_TYPE = 'Bearer';

/** The type of tokens that are bound to a key (RFC 9449 §5). */
export const BOUND_TOKEN_TYPE = 'DPoP';

/**
 * The types that a token response may name, in lower case. A bound token may come only where the request had a proof; where
 * one was demanded, no other may.
 */
export function acceptedTokenTypes(binding?: { readonly isRequired: boolean }): readonly string[] {
  const [bearer, bound] = [TOKEN_TYPE.toLowerCase(), BOUND_TOKEN_TYPE.toLowerCase()];
  if (binding === undefined) {
    return [bearer];
  }
  return binding.isRequired ? [bound] : [bound, bearer];
}

/** RFC 6750 §2.1. */
const standardPresentation: TokenPresentation = { scheme: 'Bearer' };

/** The credential for an access token, presented as the standard has it unless the provider wants it otherwise. */
export function bearerCredential(
  token: Secret,
  presentation: TokenPresentation = standardPresentation,
): BearerCredential {
  return { token, presentation };
}

/** What a request carries that is authorized with this credential: a header, or a parameter of the query. */
export function authorizationOf({ token, presentation }: BearerCredential): Authorization {
  const value = token.reveal();
  if ('query' in presentation) {
    return { headers: {}, query: { [presentation.query]: value } };
  }
  if ('header' in presentation) {
    return { headers: { [presentation.header]: value }, query: {} };
  }
  return { headers: { authorization: `${presentation.scheme} ${value}` }, query: {} };
}

/** The header of a request as one line, such as `Authorization: Bearer …`; empty where the query holds the token. */
export function headerLine(credential: BearerCredential): string {
  const [header] = Object.entries(headersShown(credential));
  return header === undefined ? '' : header.join(': ');
}

/** The headers of a request by their names, in the spelling that people know; none where the query holds the token. */
export function headersShown(credential: BearerCredential): Readonly<Record<string, string>> {
  const headers = Object.entries(authorizationOf(credential).headers);
  return Object.fromEntries(
    headers.map(([name, value]) => [name === 'authorization' ? 'Authorization' : name, value]),
  );
}

/** The credentials of HTTP Basic that have the token in place of a password (RFC 7617 §2), without the scheme. */
export function basicCredential(username: string, token: Secret): string {
  return Buffer.from(`${username}:${token.reveal()}`).toString('base64');
}
