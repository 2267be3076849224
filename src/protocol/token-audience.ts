import type { Secret } from '../ground/secret.ts';
import { readIdTokenPayload } from './id-token.ts';

/**
 * The origins that an access token names as its audience, where it is a JWT that names nothing but https origins of
 * others than the resource; `undefined` for every other token, whose form is none of the client's business.
 *
 * @see [RFC 9068 §2.2](https://www.rfc-editor.org/rfc/rfc9068.html#section-2.2)
 */
export function foreignAudience(accessToken: Secret, resource: string): readonly string[] | undefined {
  const aud = readIdTokenPayload(accessToken.reveal())?.aud;
  const audiences = typeof aud === 'string' ? [aud] : Array.isArray(aud) ? aud : [];
  const { origin } = new URL(resource);
  const origins = audiences.map((one: unknown) =>
    typeof one === 'string' && /^https:\/\//i.test(one) && URL.canParse(one)
      ? new URL(one).origin
      : undefined,
  );
  const others = origins.filter((one) => one !== undefined && one !== origin);
  return origins.length > 0 && others.length === origins.length
    ? others.filter((one) => one !== undefined)
    : undefined;
}
