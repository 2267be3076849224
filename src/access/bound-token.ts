import { shellQuoted } from '../ground/file-system-words.ts';
import type { FreshToken } from './fresh-token.ts';
import type { TokenSource } from './token-source.ts';

/**
 * Throws a `UsageError` where a token that is about to be given away is bound to a key. The words for it are loaded for
 * bound tokens alone.
 */
export async function refuseBoundToken(token: FreshToken | TokenSource): Promise<void> {
  const bound = boundOf(token);
  if (bound !== undefined) {
    const { boundTokenError } = await import('./bound-token-error.ts');
    throw boundTokenError(bound.label, bound.target);
  }
}

function boundOf(token: FreshToken | TokenSource) {
  if (token.kind === 'supplied' || !('head' in token) || token.head.tokenType === undefined) {
    return undefined;
  }
  const { label, provider } = token.head;
  return { label, target: shellQuoted(provider) };
}
