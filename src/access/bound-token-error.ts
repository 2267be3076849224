import { UsageError } from '../ground/errors.ts';
import { shellQuoted } from '../ground/file-system-words.ts';

/**
 * The error for a token that is bound to a key of this tool: another program would send it as a bearer token, and every API
 * would refuse that. `target` is what to type after `oauth-login` for it, such as `github`.
 *
 * @see [RFC 9449 §7.2](https://www.rfc-editor.org/rfc/rfc9449.html#section-7.2)
 */
export function boundTokenError(label: string, target: string): UsageError {
  return new UsageError(
    'usage_unsafe_format',
    `the token of ${label} is bound to a key (DPoP): an API refuses it as a bearer token, so it cannot be given to another program`,
    {
      hint: `send a request with: oauth-login request ${target} ${shellQuoted('https://api.example.com/')} (proxy adds the proof for a program, and token --format header prints the headers of one request)`,
    },
  );
}
