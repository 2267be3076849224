import { ProtocolError } from '../ground/errors.ts';
import { parsePlainJson, plainObject } from '../ground/plain-json.ts';
import { quoteForeign } from '../ground/safe-text.ts';
import type { IdTokenClaims } from './token-set.ts';

/** How the End-User has to authenticate, as the authorization request asked for it. */
export interface RequestedAcr {
  readonly values: readonly string[];
  /** The ID Token has to say it; otherwise it may leave it out, and must not say another. */
  readonly isEssential: boolean;
}

/**
 * Gives what `claims` or `acr_values` among the parameters of an authorization request ask for; nothing when they do not.
 *
 * @see [OpenID Connect Core §5.5.1.1](https://openid.net/specs/openid-connect-core-1_0.html#acrSemantics)
 */
export function requestedAcr(parameters: Readonly<Record<string, string>>): RequestedAcr | undefined {
  const { claims, acr_values } = parameters;
  const asked = plainObject(plainObject(plainObject(parsePlainJson(claims ?? ''))?.id_token)?.acr);
  const named = [asked?.value, ...(Array.isArray(asked?.values) ? asked.values : [])];
  const values = named.filter((value) => typeof value === 'string');
  if (asked?.essential === true) {
    return { values, isEssential: true };
  }
  const voluntary = acr_values?.split(' ').filter(Boolean) ?? [];
  return voluntary.length === 0 ? undefined : { values: voluntary, isEssential: false };
}

/**
 * Throws a `ProtocolError` when the ID Token says that the End-User authenticated in another way than was asked for, or
 * does not say how although it has to.
 *
 * @see [OpenID Connect Core §3.1.3.7](https://openid.net/specs/openid-connect-core-1_0.html#IDTokenValidation)
 */
export function validateAcr({ acr }: IdTokenClaims, { values, isEssential }: RequestedAcr): void {
  const isSaid = typeof acr === 'string';
  const isRight = isSaid && (values.length === 0 || values.includes(acr));
  if (isRight || (!isSaid && !isEssential)) {
    return;
  }
  const words = isSaid ? ` ${quoteForeign(acr, { maximumLength: 60 })}` : '';
  throw new ProtocolError(
    'protocol_invalid_id_token',
    isSaid
      ? `the ID Token is not valid: you authenticated in the way${words}, and another one was asked for`
      : 'the ID Token is not valid: it does not say how you authenticated (acr), although that was asked for',
    { hint: 'sign in again in the way that is asked for, or without acr_values', serverWords: words },
  );
}
