import { defined } from '../ground/defined.ts';
import { AuthorizationServerError } from '../ground/errors.ts';
import type { DeviceGrantRules } from '../providers/device-grant-rules.ts';
import { fromLibraryError, type Refused } from './library-errors.ts';

/**
 * The error of an endpoint of the device grant: with the next step that the provider's row knows, and the interval
 * that a `slow_down` asks for.
 *
 * @see [RFC 8628 §3.5](https://www.rfc-editor.org/rfc/rfc8628.html#section-3.5)
 */
export function deviceRefusal(
  library: typeof import('oauth4webapi'),
  error: unknown,
  what: string,
  device: DeviceGrantRules | undefined,
  by: Refused = {},
): unknown {
  const refused = fromLibraryError(library, error, what, by);
  if (!(refused instanceof AuthorizationServerError) || !(error instanceof library.ResponseBodyError)) {
    return refused;
  }
  const description: unknown = error.error_description;
  const said = typeof description === 'string' ? description : '';
  const known = device?.refusals?.find(
    (refusal) => refusal.error === refused.error && said.includes(refusal.says ?? ''),
  );
  const { interval } = error.cause;
  return refused.with(
    defined({
      hint: known?.hint ?? refused.hint,
      interval: typeof interval === 'number' && interval > 0 ? interval : undefined,
    }),
  );
}
