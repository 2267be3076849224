import { AuthorizationServerError, ProtocolError } from '../../ground/errors.ts';
import { quoteForeign } from '../../ground/safe-text.ts';
import { readForeignError } from '../foreign-error.ts';

/** Names of problems by the codes that X gives in their place. */
const namesOfCodes: Readonly<Record<string, string>> = {
  '32': 'signature_invalid',
  '89': 'token_rejected',
  '135': 'timestamp_refused',
  '415': 'callback_rejected',
};

/** What helps against a problem, by its name in the extension "OAuth Problem Reporting". */
const hints: Readonly<Record<string, string>> = {
  signature_invalid:
    'check the client ID and the client secret, which belong together, and the signature method',
  signature_method_rejected: 'name another signature method for this server, as its documentation has it',
  consumer_key_unknown: 'check the client ID: the server calls it consumer key, or API key',
  consumer_key_rejected:
    'check the registration of the client there: it may wait for approval, or be blocked',
  consumer_key_refused: 'wait a few minutes and run the command again',
  callback_rejected: 'register the redirect URI of this sign-in there, or sign in with --redirect-uri oob',
  token_rejected: 'run the command again, and finish the sign-in without delay',
  token_expired: 'run the command again, and finish the sign-in without delay',
  token_used: 'run the command again',
  verifier_invalid: 'run the command again, and type the code exactly as the page shows it',
  user_refused: 'run the command again and allow access in the browser',
  permission_denied: 'run the command again and allow access in the browser',
  timestamp_refused: 'set the clock of this machine, then run the command again',
  nonce_used: 'run the command again; if it happens again, tell the operator of the server',
};

/** What a server says in place of credentials. */
export interface OAuth1Problem {
  /** Of the extension's names where the server uses them; `unexplained` where it gives none. */
  readonly name: string;
  /** The server's words; absent: it gives none. */
  readonly words?: string;
}

/** The name of a problem of which nothing is known. */
export const UNEXPLAINED = 'unexplained';

/**
 * Reads why a server refused: `oauth_problem` in the form or in the challenge, X's codes, or whatever words there are.
 *
 * @see [OAuth Problem Reporting](https://oauth.pbworks.com/w/page/12238543/ProblemReporting)
 */
export function readOAuth1Problem(response: Response, text: string): OAuth1Problem {
  const challenge = response.headers.get('www-authenticate') ?? '';
  const named =
    new URLSearchParams(text).get('oauth_problem') ?? /oauth_problem="?([\w.-]+)/i.exec(challenge)?.[1];
  if (named !== null && named !== undefined && /^[\w.-]{1,64}$/.test(named)) {
    const advice = new URLSearchParams(text).get('oauth_problem_advice');
    return { name: named, ...(advice === null ? {} : { words: advice }) };
  }
  const document = parsedObject(text);
  if (document !== undefined) {
    const { error = UNEXPLAINED, error_description: words } = readForeignError(document, true) ?? {};
    const name = namesOfCodes[error] ?? (/^[\w.-]{1,64}$/.test(error) ? error : UNEXPLAINED);
    return { name, ...(words === undefined ? {} : { words }) };
  }
  const isText = /^text\/plain\b/i.test(response.headers.get('content-type') ?? '');
  // A page for people tells more about its style than about the reason.
  return isText && !text.includes('<') && text.trim() !== ''
    ? { name: UNEXPLAINED, words: text }
    : { name: UNEXPLAINED };
}

function parsedObject(text: string): Record<string, unknown> | undefined {
  try {
    const document: unknown = JSON.parse(text);
    return typeof document === 'object' && document !== null ? { ...document } : undefined;
  } catch {
    return undefined;
  }
}

/** The error for a request for credentials that the server refused; `what` names the request in a sentence. */
export function oauth1Refusal(
  { name, words }: OAuth1Problem,
  {
    status,
    what,
    clockOffset,
  }: { readonly status: number; readonly what: string; readonly clockOffset?: number },
): AuthorizationServerError {
  const said = words === undefined ? '' : `: ${quoteForeign(words, { breakCommands: true })}`;
  const reason = name === UNEXPLAINED ? `status ${status}` : name;
  const isAboutTime = name === 'timestamp_refused' || clockOffset !== undefined;
  return new AuthorizationServerError(name, `${what} was refused (${reason})${said}`, {
    status,
    serverWords: said,
    hint: isAboutTime
      ? clockHint(clockOffset)
      : (hints[name] ?? 'check the client ID and the client secret of this client'),
  });
}

function clockHint(offset: number | undefined): string {
  if (offset === undefined) {
    return 'set the clock of this machine, then run the command again: the server does not take its time';
  }
  const way = offset > 0 ? 'behind' : 'ahead of';
  return `set the clock of this machine, then run the command again: it is ${Math.abs(offset)} seconds ${way} the clock of the server`;
}

/** The members of a reply with credentials. */
export interface CredentialsReply {
  readonly identifier: string;
  readonly secret: string;
  readonly members: URLSearchParams;
}

/** RFC 5849 sets no grammar; what cannot be printed, or is longer, is no credential. */
const CREDENTIAL = /^[\x20-\x7e]{0,4096}$/;

/**
 * Reads a reply with credentials. Throws a `ProtocolError`, `protocol_invalid_response`, where they are missing or
 * given twice; nothing of the reply is repeated.
 *
 * @see [RFC 5849 §2.1](https://www.rfc-editor.org/rfc/rfc5849.html#section-2.1)
 */
export function readCredentialsReply(text: string, what: string): CredentialsReply {
  const members = new URLSearchParams(text.trim());
  const [identifier, ...others] = members.getAll('oauth_token');
  const [secret, ...otherSecrets] = members.getAll('oauth_token_secret');
  const isRepeated = others.length > 0 || otherSecrets.length > 0;
  const isFit = (value: string | undefined) => value !== undefined && CREDENTIAL.test(value);
  if (isRepeated || !isFit(identifier) || !isFit(secret) || !identifier || secret === undefined) {
    throw new ProtocolError(
      'protocol_invalid_response',
      `the reply to ${what} contains no credentials, or more than one`,
      { hint: 'run it again with --debug; if it happens again, tell the operator of the server' },
    );
  }
  return { identifier, secret, members };
}
