import { UsageError } from '../ground/errors.ts';
import { isScope } from '../protocol/scope-token.ts';
import type { Provider } from '../providers/provider.ts';

/** The scopes to ask a provider for: its own and those of `--scope`; its own may change when its metadata is known. */
export function scopeSetting(provider: Pick<Provider, 'scopes'>, asked: readonly string[]): string[] {
  return [...new Set([...provider.scopes, ...asked])];
}

/** The scopes of `--scope`; throws a `UsageError` for what is none (RFC 6749 §3.3). */
export function askedScopes(flags: readonly string[]): string[] {
  const asked = flags.flatMap((text) => text.split(/[\s,]+/)).filter((scope) => scope !== '');
  const wrong = asked.find((scope) => !isScope(scope));
  if (wrong === undefined) {
    return [...new Set(asked)];
  }
  throw new UsageError('usage_invalid', `${JSON.stringify(wrong)} is not a scope`, {
    hint: 'a scope can contain only printable ASCII characters, without quotes and backslashes (RFC 6749 §3.3)',
  });
}
