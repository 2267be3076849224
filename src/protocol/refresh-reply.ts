import { defined } from '../ground/defined.ts';
import type { Fetch } from '../ground/fetch.ts';
import { plainObject } from '../ground/plain-json.ts';
import { Secret } from '../ground/secret.ts';

/** Longest refresh token that is kept, in characters. */
const LONGEST_REFRESH_TOKEN = 64 * 1024;

/** The answer of the token endpoint to a refresh, before any part of it is judged. */
export interface RefreshReply {
  readonly status: number;
  /** Seconds for which the server does not want to be asked again (RFC 9110 §10.2.3). */
  readonly retryAfter?: number;
  /** Whether it is the document of a server that has dealt with the request, and no page of something in between. */
  readonly isDocument: boolean;
  /** There, and well-formed (RFC 6749 appendix A.17): the one that was sent may be spent by now. */
  readonly refreshToken?: Secret;
}

/**
 * Gives a `fetch` that first hands every reply of the token endpoint to `onReply`, and waits for it. When `onReply`
 * rejects, so does the `fetch`.
 */
export function observedFetch(
  fetch: Fetch,
  tokenEndpoint: string | undefined,
  now: () => Date,
  onReply: (reply: RefreshReply) => Promise<void>,
): Fetch {
  const observed = tokenEndpoint === undefined ? undefined : new URL(tokenEndpoint).href;
  return async (input, init) => {
    const response = await fetch(input, init);
    const requested = new URL(input instanceof Request ? input.url : input).href;
    const method = input instanceof Request ? input.method : (init?.method ?? 'GET');
    if (requested === observed && method === 'POST') {
      await onReply(await readReply(response.clone(), now()));
    }
    return response;
  };
}

async function readReply(response: Response, now: Date): Promise<RefreshReply> {
  const members = readMembers(await response.text());
  const retryAfter = retryAfterSeconds(response.headers.get('retry-after'), now);
  const token = members?.refresh_token;
  // Several servers report an error with status 200.
  const isRefusal = !response.ok || (members?.error ?? '') !== '';
  return {
    status: response.status,
    isDocument: members !== undefined,
    ...defined({ retryAfter }),
    ...(!isRefusal && isRefreshToken(token) ? { refreshToken: new Secret(token) } : {}),
  };
}

/** Members of a JSON object, however deeply nested, or of a form as some servers send it. */
function readMembers(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    return plainObject(JSON.parse(text));
  } catch {
    return /^[\w.-]+=[^<>\s]*$/.test(text.trim())
      ? plainObject(Object.fromEntries(new URLSearchParams(text.trim())))
      : undefined;
  }
}

/** VSCHAR (RFC 6749 appendix A.17), the space included. */
function isRefreshToken(value: unknown): value is string {
  return (
    typeof value === 'string' && value.length <= LONGEST_REFRESH_TOKEN && /^(?! *$)[\x20-\x7e]+$/.test(value)
  );
}

/** The header is a number of seconds or a date. */
function retryAfterSeconds(value: string | null, now: Date): number | undefined {
  if (value === null) {
    return undefined;
  }
  if (/^\d{1,9}$/.test(value)) {
    return Number(value);
  }
  const instant = Date.parse(value);
  return Number.isNaN(instant) ? undefined : Math.max(0, Math.ceil((instant - now.getTime()) / 1000));
}
