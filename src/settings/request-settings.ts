import { defined } from '../ground/defined.ts';
import { UsageError } from '../ground/errors.ts';
import type { UnattendedFlags } from './unattended-grant-flags.ts';

/** The flags of `request`, named as those of curl. */
export interface RequestFlags extends UnattendedFlags {
  readonly account?: string;
  readonly request?: string;
  readonly header?: readonly string[];
  readonly data?: readonly string[];
  readonly json?: readonly string[];
  readonly include?: boolean;
  readonly fail?: boolean;
  readonly output?: string;
  readonly debug?: boolean;
}

/** The body as the command line describes it: texts, `@FILE` for the content of a file, `@-` for standard input. */
export interface RequestData {
  readonly parts: readonly string[];
  /** `form`: joined by `&`, without the line breaks of files, as `--data` of curl has it; `json`: as it is. */
  readonly kind: 'form' | 'json';
}

/** A path, as `gh api` takes it: it is complete once the account says where its API is. */
export interface ApiPath {
  readonly path: string;
}

/** What is asked of a resource server. */
export interface RequestSettings {
  /** The address, or the path at the only API. */
  readonly url: URL | ApiPath;
  readonly method: string;
  readonly headers: Headers;
  readonly data?: RequestData;
}

/** These headers belong to the connection or to the framing of the message, or this tool sets them. */
const ownHeaders = new Set([
  'host',
  'content-length',
  'transfer-encoding',
  'accept-encoding',
  'connection',
  'keep-alive',
  'upgrade',
  'expect',
  'te',
  'trailer',
  'dpop',
]);
/** One slash: two would begin the name of a host. */
const PATH = /^\/(?![/\\])[^\s\x00-\x1f\x7f]*$/;
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

/** Folds the flags into one request; throws a `UsageError`. */
export function requestSettings(address: string, flags: RequestFlags): RequestSettings {
  const data = readData(flags);
  const method = requestMethod(flags.request ?? (data === undefined ? 'GET' : 'POST'), '-X');
  if (data !== undefined && (method === 'GET' || method === 'HEAD')) {
    throw new UsageError('usage_conflict', `a ${method} request has no body`, {
      hint: 'put the data into the query of the address, or choose another method with -X',
    });
  }
  return {
    url: PATH.test(address) ? { path: address } : requestAddress(address),
    method,
    headers: readHeaders(flags.header ?? [], data),
    ...defined({ data }),
  };
}

/** Reads a method in any letters, for that flag. Throws a `UsageError` for what is none, or is not for an API. */
export function requestMethod(text: string, flag: string): string {
  const method = text.toUpperCase();
  if (!TOKEN.test(method) || ['CONNECT', 'TRACE', 'TRACK'].includes(method)) {
    throw invalid(`${JSON.stringify(text)} is not a method`, `for example ${flag} DELETE`);
  }
  return method;
}

/**
 * The address of a request. Throws a `UsageError` for a path alone where the token may go to several origins, or to none that is
 * known: then nobody can tell which one is meant.
 */
export function addressAt(
  url: URL | ApiPath,
  { origins, label }: { readonly origins: readonly string[]; readonly label: string },
): URL {
  if (url instanceof URL) {
    return url;
  }
  const [only, ...others] = origins;
  if (only !== undefined && others.length === 0) {
    return requestAddress(`${only}${url.path}`);
  }
  const known = only === undefined ? 'no API of it is known' : `it may go to ${origins.join(', ')}`;
  throw invalid(
    `the path ${url.path} alone does not say where the token of ${label} should go`,
    `give the whole address, for example ${only ?? 'https://api.example.com'}${url.path}; ${known}`,
  );
}

/** Reads the absolute address of a request. Throws a `UsageError` for any other text. */
export function requestAddress(address: string): URL {
  if (!/^https?:\/\/[^\s\x00-\x1f\x7f]+$/i.test(address) || !URL.canParse(address)) {
    throw invalid(
      'the address is not an absolute URL',
      'give it with its scheme, for example https://api.github.com/user',
    );
  }
  const url = new URL(address);
  if (url.username === '' && url.password === '') {
    return url;
  }
  throw invalid(
    'the address contains a user name or a password',
    'leave them out: the token takes their place',
  );
}

function readData({ data, json }: RequestFlags): RequestData | undefined {
  if (data !== undefined && json !== undefined) {
    throw new UsageError('usage_conflict', '--data and --json cannot be used together', {
      hint: 'use --json DATA for a JSON body and -d DATA for a form',
    });
  }
  if (json !== undefined) {
    return { parts: json, kind: 'json' };
  }
  return data === undefined ? undefined : { parts: data, kind: 'form' };
}

/** As curl reads them: `Name: value` sets, `Name;` sends an empty one, `Name:` takes one of the usual ones away. */
function readHeaders(lines: readonly string[], data: RequestData | undefined): Headers {
  const headers = new Headers({ accept: '*/*' });
  if (data?.kind === 'form') {
    headers.set('content-type', 'application/x-www-form-urlencoded');
  }
  if (data?.kind === 'json') {
    headers.set('content-type', 'application/json');
    headers.set('accept', 'application/json');
  }
  const given = new Set<string>();
  for (const line of lines) {
    const [, name = '', mark, value = ''] = /^([^:;]*)([:;])(.*)$/s.exec(line) ?? [];
    if (!TOKEN.test(name) || !/^[\t\x20-\x7e]*$/.test(value) || (mark === ';' && value !== '')) {
      throw invalid('a header is malformed', 'give it as -H "Name: value", in printable ASCII');
    }
    refuseOwnHeader(name);
    const key = name.toLowerCase();
    if (mark === ':' && value.trim() === '') {
      headers.delete(key);
    } else if (given.has(key)) {
      headers.append(key, value.trim());
    } else {
      headers.set(key, value.trim());
    }
    given.add(key);
  }
  return headers;
}

/** Throws a `UsageError` for a header that is not the caller's to set. */
export function refuseOwnHeader(name: string): void {
  const key = name.toLowerCase();
  if (key === 'authorization') {
    throw new UsageError('usage_conflict', 'the header Authorization carries the access token', {
      hint: 'leave it out, or use curl for a request with another credential',
    });
  }
  if (ownHeaders.has(key) || key.startsWith('proxy-')) {
    throw new UsageError('usage_conflict', `the header ${name} cannot be set`, {
      hint: 'leave it out; this tool sets it',
    });
  }
}

function invalid(what: string, hint: string): UsageError {
  return new UsageError('usage_invalid', what, { hint });
}
