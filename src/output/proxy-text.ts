import { safeText } from '../ground/safe-text.ts';
import { jsonText } from './json.ts';

/** What `proxy` tells a person or a program once it is listening. */
export interface ProxyAnswer {
  readonly addresses: ReadonlyMap<string, string>;
  /** The phantom token. */
  readonly token: string;
  readonly variables: Readonly<Record<string, string>>;
}

/** Lines that a shell and an env file read; their values hold no character that would have to be quoted. */
export function proxyLines({ variables }: ProxyAnswer): string {
  return Object.entries(variables)
    .filter(([, value]) => /^[\w:/.-]+$/.test(value))
    .map(([name, value]) => `${name}=${value}\n`)
    .join('');
}

/** The same as one JSON document. */
export function proxyJson({ addresses, token, variables }: ProxyAnswer): string {
  return jsonText({
    addresses: [...addresses].map(([origin, address]) => ({ origin, address })),
    token,
    variables,
  });
}

/** Says where the proxy leads, and to a person how it is ended. */
export function proxyStartText(addresses: ReadonlyMap<string, string>, isForPerson: boolean): string {
  const leads = [...addresses].map(
    ([origin, address]) => `oauth-login: ${address} leads to ${safeText(origin)}\n`,
  );
  const end = isForPerson ? 'oauth-login: this goes on until you press Ctrl-C\n' : '';
  return `${leads.join('')}${end}`;
}

/** A request that was answered. */
interface AnsweredRequest {
  readonly method: string;
  readonly origin: string;
  readonly path: string;
  readonly status: number;
  readonly refusal?: string;
  readonly milliseconds: number;
}

const LONGEST_PATH = 300;

/** One line of the log: no query, no header and no body, which may hold secrets. */
export function requestLine({
  method,
  origin,
  path,
  status,
  refusal,
  milliseconds,
}: AnsweredRequest): string {
  const target = refusal === undefined ? `${origin}${path}` : path;
  const what = refusal === undefined ? '' : ` ${refusal}`;
  return `oauth-login: ${safeText(method)} ${safeText(target, LONGEST_PATH)} ${status}${what} ${milliseconds} ms\n`;
}
