import { AuthorizationServerError } from '../ground/errors.ts';
import type { Provider } from '../providers/provider.ts';

/** The error of a refresh, with what is known of the provider that most likely led to it. */
export function withLikelyReason(error: unknown, { refusals }: Pick<Provider, 'refusals'>): unknown {
  if (!(error instanceof AuthorizationServerError)) {
    return error;
  }
  const known = refusals?.find((refusal) => refusal.request === 'refresh' && refusal.error === error.error);
  if (known === undefined) {
    return error;
  }
  return error.with({ likelyReason: known.reason });
}
