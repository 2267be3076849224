import {
  newProofKey,
  type ProofAlgorithm,
  proofAlgorithms,
  type TokenBinding,
} from '../credential/dpop/proof-key.ts';
import type { Context } from '../ground/context.ts';
import { ConfigurationError } from '../ground/errors.ts';
import type { ResolvedProvider } from '../providers/provider.ts';

/**
 * Makes the key that the tokens of a sign-in are to be bound to, where the provider, its resource or a flag asks for
 * that; `undefined` for bearer tokens.
 *
 * Throws a `ConfigurationError` where bound tokens are demanded, and the server lists no algorithm that this tool has.
 *
 * @see [RFC 9449 §5.1](https://www.rfc-editor.org/rfc/rfc9449.html#section-5.1)
 */
export async function tokenBinding(
  { dpop, label, metadata }: Pick<ResolvedProvider, 'dpop' | 'label' | 'metadata'>,
  { clock }: Pick<Context, 'clock'>,
): Promise<TokenBinding | undefined> {
  if (dpop === undefined) {
    return undefined;
  }
  const isRequired = dpop === 'required';
  const algorithm = proofAlgorithm(metadata.dpop_signing_alg_values_supported);
  if (algorithm !== undefined) {
    return { key: await newProofKey(algorithm, clock), isRequired };
  }
  if (!isRequired) {
    return undefined;
  }
  throw new ConfigurationError(
    'config_unsupported_server',
    `${label} lists no algorithm for proofs (DPoP) that this tool has`,
    {
      hint: `it would have to list one of ${proofAlgorithms.join(', ')}; ask its operator, or leave out --dpop`,
    },
  );
}

/** ES256 where the server does not say (RFC 9449 §5.1 asks it to), else the first that both sides have. */
function proofAlgorithm(listed: readonly string[] | undefined): ProofAlgorithm | undefined {
  return proofAlgorithms.find((known) => listed === undefined || listed.includes(known));
}
