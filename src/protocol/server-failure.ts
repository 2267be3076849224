import { defined } from '../ground/defined.ts';
import { NetworkError } from '../ground/errors.ts';

/**
 * Throws a `NetworkError` for a reply that says that the server itself failed or has too much to do (5xx, 429),
 * whatever stands in it: it says nothing about the request, so nothing is concluded from it.
 *
 * `what` is the endpoint in the words of an error; `said` is what the server gave as its reason, made safe.
 *
 * @see [RFC 9110 §15.6](https://www.rfc-editor.org/rfc/rfc9110.html#section-15.6)
 */
export function refuseServerFailure(response: Response, what: string, said = ''): void {
  const { status, headers } = response;
  if (status < 500 && status !== 429) {
    return;
  }
  const retryAfter = readRetryAfter(headers.get('retry-after'));
  const when = retryAfter === undefined ? 'in a few minutes' : waitText(retryAfter);
  throw new NetworkError('network_server_error', `${what} answered with status ${status}${said}`, {
    hint:
      status === 429
        ? `it gets more requests than it allows; nothing was changed, try again ${when}`
        : `the server has a problem; nothing was changed, try again ${when}`,
    serverWords: said,
    ...defined({ retryAfter }),
  });
}

/** Seconds; the header is a number of them or a date (RFC 9110 §10.2.3). */
function readRetryAfter(value: string | null): number | undefined {
  if (value === null) {
    return undefined;
  }
  if (/^[0-9]{1,9}$/.test(value)) {
    return Number(value);
  }
  const seconds = Math.ceil((Date.parse(value) - Date.now()) / 1000);
  return Number.isNaN(seconds) ? undefined : Math.max(0, seconds);
}

function waitText(seconds: number): string {
  if (seconds < 2) {
    return 'now';
  }
  return seconds <= 120 ? `in ${seconds} seconds` : `in ${Math.ceil(seconds / 60)} minutes`;
}

/** Whether the reply says that it is a JSON document. */
export function isJson(response: Response): boolean {
  return /^application\/([\w.+-]+\+)?json\b/i.test(response.headers.get('content-type') ?? '');
}
