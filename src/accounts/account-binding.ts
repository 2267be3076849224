import { openProofKey, type ProofKey, type TokenBinding } from '../credential/dpop/proof-key.ts';
import type { Context } from '../ground/context.ts';
import type { OpenAccount } from './account.ts';

/**
 * How the requests of an account to its token endpoint prove that they come from here; `undefined` for an account of
 * bearer tokens. Tokens that were bound stay bound: a server that gives a bearer token in their place is not believed.
 *
 * @see [RFC 9449 §5](https://www.rfc-editor.org/rfc/rfc9449.html#section-5)
 */
export function bindingOfAccount(
  { head, secrets }: OpenAccount,
  { clock }: Pick<Context, 'clock'>,
): TokenBinding | undefined {
  const { proofKey } = secrets;
  return proofKey === undefined
    ? undefined
    : { key: openProofKey(proofKey, clock), isRequired: head.tokenType !== undefined };
}

/** The key that the access token of an account is bound to; `undefined` for a bearer token. */
export function proofKeyOfToken(account: OpenAccount, context: Pick<Context, 'clock'>): ProofKey | undefined {
  return account.head.tokenType === undefined ? undefined : bindingOfAccount(account, context)?.key;
}
