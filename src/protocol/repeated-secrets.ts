/** Parameters whose values only the two ends may know (RFC 6749, 7009, 7521, 7636, 8628, 8693, 9101, 9126). */
const secretParameters = new Set([
  'actor_token',
  'assertion',
  'client_assertion',
  'client_secret',
  'code',
  'code_verifier',
  'device_code',
  'nonce',
  'password',
  'refresh_token',
  'request',
  'state',
  'subject_token',
  'token',
]);

/** Length from which a common part with a secret is hidden; shorter parts can be alike by chance. */
const PART_LENGTH = 12;

/** The members of an error response that are shown to people (RFC 6749 §5.2). */
const shownMembers = ['error', 'error_description', 'error_uri'] as const;

/** A request, as far as it may hold a secret. */
export type SentRequest = { readonly [Member in 'headers' | 'body']?: RequestInit[Member] | undefined };

/**
 * Removes from an error response the texts that repeat a secret of its request. Some servers explain a refusal by
 * quoting the request, and the secret would end up in a terminal or a log. Gives the same object when there is
 * nothing to remove.
 */
export function withoutRepeatedSecrets(
  members: Record<string, unknown>,
  sent: SentRequest,
): Record<string, unknown> {
  const secrets = secretsOf(sent);
  const repeating = shownMembers.filter((name) => {
    const words = members[name];
    return typeof words === 'string' && repeatsAny(words, secrets);
  });
  if (repeating.length === 0) {
    return members;
  }
  const kept = Object.entries(members).filter(([name]) => !repeating.some((other) => other === name));
  return Object.fromEntries([...kept, ...(repeating.includes('error') ? [['error', 'unknown_error']] : [])]);
}

/** The response without its challenge (RFC 9110 §11.6.1) when that repeats a secret of the request. */
export function withDiscreetChallenge(response: Response, sent: SentRequest): Response {
  const challenge = response.headers.get('www-authenticate');
  if (challenge === null || !repeatsAny(challenge, secretsOf(sent))) {
    return response;
  }
  const headers = new Headers(response.headers);
  headers.delete('www-authenticate');
  return new Response(response.body, { status: response.status, headers });
}

function secretsOf({ headers, body }: SentRequest): string[] {
  const parameters = new URLSearchParams(
    typeof body === 'string' || body instanceof URLSearchParams ? body : '',
  );
  const secrets = [...parameters].filter(([name]) => secretParameters.has(name)).map(([, value]) => value);
  const credentials = new Headers(headers).get('authorization')?.replace(/^\S+ +/, '') ?? '';
  const pair = Buffer.from(credentials, 'base64').toString('utf8');
  const password = pair.slice(pair.indexOf(':') + 1);
  return [...secrets, credentials, password, decoded(password)].filter((secret) => secret !== '');
}

/** Whether the words repeat one of these secrets, or a long part of one. */
export function repeatsAny(words: string, secrets: readonly string[]): boolean {
  const readings = [words, decoded(words)];
  return secrets.some((secret) => {
    for (let start = 0; start <= Math.max(0, secret.length - PART_LENGTH); start += 1) {
      const part = secret.slice(start, start + PART_LENGTH);
      if (readings.some((reading) => reading.includes(part))) {
        return true;
      }
    }
    return false;
  });
}

/** The text with the encoding of forms undone where that is possible. */
function decoded(words: string): string {
  return words.replaceAll('+', ' ').replace(/(?:%[0-9a-f]{2})+/gi, (encoded) => {
    try {
      return decodeURIComponent(encoded);
    } catch {
      return encoded;
    }
  });
}
