import { UsageError } from '../ground/errors.ts';
import type { ResolvedProvider } from '../providers/provider.ts';
import { isPosted, responseModeOf } from '../providers/response-mode.ts';
import type { LoginSettings } from '../settings/login-settings.ts';

/**
 * Throws a `UsageError` where the answer comes as a form, and nobody on this machine would hear it: it stands in no
 * address that a person could copy.
 *
 * @see [OAuth 2.0 Form Post Response Mode](https://openid.net/specs/oauth-v2-form-post-response-mode-1_0.html)
 */
export function requireHeardAnswer(
  { device, redirect, waits, responseMode }: LoginSettings,
  provider: ResolvedProvider,
): void {
  if (device || !isPosted(responseModeOf(provider, responseMode))) {
    return;
  }
  const conflict =
    'elsewhere' in redirect
      ? ['a redirect URI on another machine', 'register a redirect URI such as http://127.0.0.1/callback']
      : waits
        ? undefined
        : ['--no-wait', 'leave out --no-wait, or sign in with --response-mode query'];
  if (conflict !== undefined) {
    const [what, hint = ''] = conflict;
    throw new UsageError(
      'usage_conflict',
      `${provider.label} sends its answer as a form (form_post), which cannot be used with ${what}`,
      { hint },
    );
  }
}
