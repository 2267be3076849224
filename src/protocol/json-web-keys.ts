import { ProtocolError } from '../ground/errors.ts';
import type { LibraryFetch } from '../ground/fetch.ts';
import { refuseServerFailure } from './server-failure.ts';

/** A public key as JSON; only members that matter for a signature (RFC 7517 §4, RFC 7518 §6). */
export type PublicJwk = Readonly<Record<string, unknown>>;

const publicMembers = ['kty', 'n', 'e', 'crv', 'x', 'y', 'kid', 'alg', 'use', 'key_ops'] as const;
const material = ['kty', 'n', 'e', 'crv', 'x', 'y'] as const;

/** Most keys of a set that are read; no real server has more. */
const MOST_KEYS = 200;

/**
 * Fetches the keys of a server, each one once. What is no public key is left out: anybody could sign with a key whose
 * private part is published, and a secret belongs to two.
 *
 * Throws a `NetworkError` for a server that failed, and a `ProtocolError` for a reply that is no JSON Web Key Set; both
 * name the endpoint of the keys as the culprit.
 *
 * @see [RFC 7517 §5](https://www.rfc-editor.org/rfc/rfc7517.html#section-5)
 */
export async function fetchKeys(uri: string, fetch: LibraryFetch, label: string): Promise<PublicJwk[]> {
  const response = await fetch(uri, {
    headers: { accept: 'application/json, application/jwk-set+json' },
    redirect: 'manual',
  });
  refuseServerFailure(response, keysOf(label));
  const refused = (what: string) =>
    new ProtocolError('protocol_invalid_response', `${keysOf(label)} ${what}`, {
      hint: `check the jwks_uri, ${new URL(uri).origin}${new URL(uri).pathname}: a proxy or a sign-in page may be in between`,
    });
  if (response.status !== 200) {
    throw refused(`answered with status ${response.status}`);
  }
  const keys = readKeySet(await response.text());
  if (keys === undefined) {
    throw refused('sent no JSON Web Key Set');
  }
  return keys;
}

/** The endpoint of the keys in the words of an error. */
export function keysOf(label: string): string {
  return `the endpoint of the keys (jwks_uri) of ${label}`;
}

function readKeySet(text: string): PublicJwk[] | undefined {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    return undefined;
  }
  const keys: unknown = Object.getOwnPropertyDescriptor(Object(document), 'keys')?.value;
  if (!Array.isArray(keys)) {
    return undefined;
  }
  const found = new Map<string, PublicJwk>();
  for (const key of keys.slice(0, MOST_KEYS)) {
    if (typeof key !== 'object' || key === null || 'd' in key || key.kty === 'oct') {
      continue;
    }
    const members = publicMembers
      .map((name) => [name, key[name]] as const)
      .filter(([name, value]) => (name === 'key_ops' ? Array.isArray(value) : typeof value === 'string'));
    const jwk = Object.fromEntries(members);
    const identity = JSON.stringify([...material, 'kid' as const].map((name) => jwk[name]));
    if (!found.has(identity)) {
      found.set(identity, jwk);
    }
  }
  return [...found.values()];
}
