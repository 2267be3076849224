import type { ErrorResponse } from './graph-error.ts';

/**
 * The subjects of messages, each with its code in RFC 6749, RFC 7009 or RFC 8628; the first that fits counts. These
 * servers send no code, only a status and a message, so their words have to be read here. `presets-twitch.test.ts`
 * and `tolerant-fetch.test.ts` hold messages of real servers to them.
 */
const standardErrors: readonly (readonly [pattern: RegExp, error: string])[] = [
  [/^authorization_pending$/i, 'authorization_pending'],
  [/^slow_down$/i, 'slow_down'],
  [/^access_denied$/i, 'access_denied'],
  [/^expired_token$/i, 'expired_token'],
  [/\b(?:device|authorization) code\b|\brefresh token\b/i, 'invalid_grant'],
  [/\bclient\b/i, 'invalid_client'],
  [/\bscopes?\b/i, 'invalid_scope'],
  [/\btoken\b/i, 'invalid_token'],
];

/**
 * Gives the standard form of an error that is a status and a message, or nothing when it is none; what stands under
 * `error` in some of them is the name of the status.
 *
 * @see https://www.rfc-editor.org/rfc/rfc6749#section-5.2
 */
export function readMessageError(document: object, status: number): ErrorResponse | undefined {
  const message: unknown = Object.getOwnPropertyDescriptor(document, 'message')?.value;
  if (status < 400 || status > 499 || typeof message !== 'string') {
    return undefined;
  }
  const [, error] = standardErrors.find(([pattern]) => pattern.test(message)) ?? [];
  return { error: error ?? 'invalid_request', error_description: message };
}
