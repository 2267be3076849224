import type { OAuthLoginError } from '../ground/errors.ts';
import { parsePlainJson, plainObject } from '../ground/plain-json.ts';
import { type Helper, type HelperAnswer, jsonLine, LONGEST_QUESTION } from './helper.ts';
import { headersFor } from './token-for.ts';

/**
 * The credential provider of cargo. It greets, is asked one question in one line of JSON, and answers in one line.
 *
 * @see [the protocol](https://doc.rust-lang.org/cargo/reference/credential-provider-protocol.html)
 */
export const cargoHelper: Helper = {
  of: 'cargo',

  greeting: jsonLine({ v: [1] }),

  reads: () => LONGEST_QUESTION,

  async answer({ input, options }, access) {
    const request = plainObject(parsePlainJson(input.toString('utf8')));
    const address = addressOf(plainObject(request?.registry)?.['index-url']);
    if (request?.v !== 1 || request.kind !== 'get') {
      return refused({ kind: 'operation-not-supported' });
    }
    if (address === undefined) {
      return refused({ kind: 'url-not-supported' });
    }
    // What stands behind the name of the program in cargo's configuration.
    const [target] = Array.isArray(request.args) ? request.args : [];
    const receiver = { address, target: typeof target === 'string' ? target : undefined };
    const found = await headersFor({ ...receiver, account: options.account }, access);
    // cargo sends the token as the whole of this header.
    const token = found?.headers.Authorization;
    if (found === undefined || token === undefined) {
      return refused({ kind: 'not-found' });
    }
    const { end } = found;
    const life = end === undefined ? { cache: 'session' } : { cache: 'expires', expiration: secondsOf(end) };
    return { text: jsonLine({ Ok: { kind: 'get', token, ...life, operation_independent: true } }) };
  },

  refusal: ({ message, hint }: OAuthLoginError) =>
    jsonLine({ Err: { kind: 'other', message, 'caused-by': [hint] } }),
};

const secondsOf = (date: Date) => Math.floor(date.getTime() / 1000);

function refused(error: Readonly<Record<string, string>>): HelperAnswer {
  return { text: jsonLine({ Err: error }) };
}

/** The address of a registry's index; `sparse+` says how it is read. */
function addressOf(url: unknown): URL | undefined {
  const plain = typeof url === 'string' ? url.replace(/^sparse\+/, '') : '';
  return URL.canParse(plain) ? new URL(plain) : undefined;
}
