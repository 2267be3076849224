import type { Secret } from '../ground/secret.ts';
import type { TokenPresentation } from '../providers/provider.ts';

/**
 * How a request is authorized with an access token: the one that holds the token may use it (RFC 6750 §1.2). A token
 * that is bound to a key, or that signs requests, will be a kind of its own.
 */
export interface Credential {
  readonly kind: 'bearer';
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

/** The types that a token response may name, in lower case. */
export const acceptedTokenTypes: readonly string[] = [TOKEN_TYPE.toLowerCase()];

/** RFC 6750 §2.1. */
const standardPresentation: TokenPresentation = { scheme: 'Bearer' };

/** The credential for an access token, presented as the standard has it unless the provider wants it otherwise. */
export function bearerCredential(
  token: Secret,
  presentation: TokenPresentation = standardPresentation,
): Credential {
  return { kind: 'bearer', token, presentation };
}

/** What a request carries that is authorized with this credential: a header, or a parameter of the query. */
export function authorizationOf({ token, presentation }: Credential): Authorization {
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
export function headerLine(credential: Credential): string {
  const [header] = Object.entries(headersShown(credential));
  return header === undefined ? '' : header.join(': ');
}

/** The headers of a request by their names, in the spelling that people know; none where the query holds the token. */
export function headersShown(credential: Credential): Readonly<Record<string, string>> {
  const headers = Object.entries(authorizationOf(credential).headers);
  return Object.fromEntries(
    headers.map(([name, value]) => [name === 'authorization' ? 'Authorization' : name, value]),
  );
}

/** The credentials of HTTP Basic that have the token in place of a password (RFC 7617 §2), without the scheme. */
export function basicCredential(username: string, token: Secret): string {
  return Buffer.from(`${username}:${token.reveal()}`).toString('base64');
}
