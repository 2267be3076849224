/** Parameters of an answer of which more than one makes it ambiguous (RFC 6749 §3.1, RFC 5849 §2.2). */
const single = new Set([
  'code',
  'state',
  'iss',
  'error',
  'error_description',
  'error_uri',
  'error_reason',
  'session_state',
  'response',
  'oauth_token',
  'oauth_verifier',
  'oauth_problem',
  'denied',
]);

function decode(text: string): string {
  return decodeURIComponent(text.replaceAll('+', ' '));
}

/**
 * Reads the query of a callback strictly (RFC 6749 appendix B), so that nobody can read it in another way.
 *
 * Gives nothing when it is not printable ASCII, has a broken percent-encoding or invalid UTF-8, or repeats
 * a parameter of the authorization response; `URLSearchParams` alone would mend all of that in silence.
 */
export function readCallbackQuery(query: string): URLSearchParams | undefined {
  if (!/^[\x21-\x7e]*$/.test(query) || query.includes('#')) {
    return undefined;
  }
  const parameters = new URLSearchParams();
  for (const pair of query.split('&')) {
    if (pair === '') {
      continue;
    }
    const [name = '', ...value] = pair.split('=');
    try {
      const decodedName = decode(name);
      if (single.has(decodedName) && parameters.has(decodedName)) {
        return undefined;
      }
      parameters.append(decodedName, decode(value.join('=')));
    } catch {
      return undefined;
    }
  }
  return parameters;
}
