import type * as Library from 'oauth4webapi';
import type { ProtocolCode } from '../ground/error-code.ts';
import { ProtocolError } from '../ground/errors.ts';
import type { LibraryFetch } from '../ground/fetch.ts';
import { quoteForeign } from '../ground/safe-text.ts';
import { fetchKeys, keysOf, type PublicJwk } from './json-web-keys.ts';
import type { JwtHeader } from './jwt-header.ts';

/** A JWT that the library has processed, and whose signature is still to be verified. */
export interface SignedJwt {
  /** The response it came in, as the library was given it. */
  readonly response: Response;
  readonly header: JwtHeader;
  /** What it is, in the words of an error: `the ID Token`. */
  readonly name: string;
  /** Of an error about the JWT itself. */
  readonly code: ProtocolCode;
}

/** Whose keys they are, and how to get them. */
export interface KeySource {
  readonly server: Library.AuthorizationServer;
  readonly label: string;
  readonly fetch: LibraryFetch;
}

/**
 * Verifies the signature of a JWT with the keys of the server: each key that fits its header is tried, also where
 * several have no `kid` or the same one.
 *
 * Throws a `ProtocolError` when none of them made it, and what `fetchKeys` throws.
 *
 * @see [RFC 7515 §5.2](https://www.rfc-editor.org/rfc/rfc7515.html#section-5.2)
 */
export async function verifySignature(
  library: typeof Library,
  jwt: SignedJwt,
  source: KeySource,
): Promise<void> {
  const { server, label } = source;
  if (server.jwks_uri === undefined) {
    throw new ProtocolError(
      'protocol_invalid_metadata',
      `${label} signs ${jwt.name}, and names no keys to check it with`,
      { hint: 'add its jwks_uri to the endpoints in the configuration, or do not ask for the scope openid' },
    );
  }
  let fits = false;
  for (const key of candidates(await fetchKeys(server.jwks_uri, source.fetch, label), jwt.header)) {
    const verdict = await tryKey(library, jwt.response, server, key);
    if (verdict === 'right') {
      return;
    }
    fits ||= verdict === 'wrong';
  }
  const { alg, kid } = jwt.header;
  if (fits) {
    throw invalid(jwt, `no key of ${label} made its signature`);
  }
  const named = kid === undefined ? '' : ` of the kid ${quoteForeign(kid, { maximumLength: 60 })}`;
  const words = `${named} for ${quoteForeign(alg, { maximumLength: 20 })}`;
  throw invalid(jwt, `${keysOf(label)} has no usable key${words}`, words);
}

function invalid({ code, name }: SignedJwt, reason: string, serverWords = ''): ProtocolError {
  return new ProtocolError(code, `${name} is not valid: ${reason}`, {
    hint: 'the server may be changing its keys; try again in a few minutes, and if it happens again, tell its operator',
    serverWords,
  });
}

/** By `kid`; where no key has that one, those without any (it is a hint only: RFC 7515 §4.1.4). */
function candidates(keys: readonly PublicJwk[], { kid }: JwtHeader): PublicJwk[] {
  if (kid === undefined) {
    return [...keys];
  }
  const named = keys.filter((key) => key.kid === kid);
  const fitting = named.length > 0 ? named : keys.filter((key) => key.kid === undefined);
  return fitting.map((key) => ({ ...key, kid }));
}

/** The library takes one fitting key only and knows a set by its server object, so each gets a set of its own. */
async function tryKey(
  library: typeof Library,
  response: Response,
  server: Library.AuthorizationServer,
  key: PublicJwk,
): Promise<'right' | 'wrong' | 'unfit'> {
  try {
    await library.validateApplicationLevelSignature({ ...server }, response, {
      [library.customFetch]: async () => Response.json({ keys: [key] }),
      [library.allowInsecureRequests]: true,
    });
    return 'right';
  } catch (error) {
    // A key of another kind, one that is malformed, or a short one.
    return error instanceof library.OperationProcessingError && error.code === library.INVALID_RESPONSE
      ? 'wrong'
      : 'unfit';
  }
}
