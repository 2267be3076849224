import type { AccountHead, OpenAccount } from '../accounts/account.ts';
import type { Secret } from '../ground/secret.ts';
import { parseJwtPart } from '../protocol/jwt-header.ts';

/** An ID Token. It was verified when it came. */
export interface FreshIdToken {
  readonly idToken: Secret;
  readonly claims: Readonly<Record<string, unknown>>;
  readonly expiresAt: Date;
  readonly head: AccountHead;
}

/** The stored ID Token, whose `exp` was checked to be a number when it came; `undefined` where there is none. */
export function idTokenOf({ head, secrets }: OpenAccount): FreshIdToken | undefined {
  const { idToken } = secrets;
  const claims = idToken === undefined ? undefined : parseJwtPart(idToken.reveal().split('.')[1]);
  const exp = claims?.exp;
  if (idToken === undefined || claims === undefined || typeof exp !== 'number') {
    return undefined;
  }
  return { idToken, claims, expiresAt: new Date(exp * 1000), head };
}
