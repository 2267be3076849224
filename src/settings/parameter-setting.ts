import { UsageError } from '../ground/errors.ts';
import { refuseReservedParameter } from '../protocol/authorization-request.ts';
import { authorizationDetails, requestedClaims } from './authorization-details.ts';

/** Parameters whose values are JSON, each with what checks it. */
const structured: Readonly<Record<string, (text: string, name: string) => string>> = {
  authorization_details: authorizationDetails,
  claims: requestedClaims,
};

/** The parameters of `--param`. Throws a `UsageError` for a malformed pair, and for a name that is reserved. */
export function parameterSetting(pairs: readonly string[]): Record<string, string> {
  const entries = pairs.map((pair) => {
    const at = pair.indexOf('=');
    if (at < 1) {
      throw new UsageError('usage_invalid', `--param takes NAME=VALUE, not ${JSON.stringify(pair)}`, {
        hint: 'for example --param allow_signup=false',
      });
    }
    const [name, value] = [pair.slice(0, at), pair.slice(at + 1)];
    refuseReservedParameter(name);
    return [name, structured[name]?.(value, `--param ${name}`) ?? value] as const;
  });
  return Object.fromEntries(entries);
}
