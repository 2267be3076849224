import { createHmac, createVerify, randomBytes } from 'node:crypto';
import OAuth from 'oauth-1.0a';
import type { SignatureMethod } from '../../src/providers/oauth1.ts';
import type { QuirkyServer, RecordedRequest, Responder } from './quirky-server.ts';

/** A server of OAuth 1.0a as its documentation has it. */
export interface OAuth1Play {
  readonly temporary: string;
  readonly authorization: string;
  readonly token: string;
  readonly clientId: string;
  /** The shared secret; the public key in PEM for RSA-SHA1. */
  readonly clientSecret: string;
  readonly signatureMethod?: SignatureMethod;
  readonly place?: 'header' | 'body' | 'query';
  /** The name of `oauth_token` in the authorization request. */
  readonly tokenParameter?: string;
  /** Parameters of its own that the first request has to carry. */
  readonly temporaryParameters?: Readonly<Record<string, string>>;
  /** It is a server of OAuth Core 1.0: it takes the callback with the authorization request, and knows no verifier. */
  readonly isCore?: true;
  /** Its page asks the person who they are and whether they agree, in forms, before it sends them back. */
  readonly asksPerson?: true;
  /** What else stands in the reply with the token. */
  readonly reply?: Readonly<Record<string, string>>;
}

/** What a server may do wrong, or a person there. */
export interface OAuth1Faults {
  /** `oauth_callback_confirmed`; left out with `null`. */
  confirmed?: string | null;
  /** The callback names this token. */
  callbackToken?: string;
  /** The callback has no verifier. */
  withoutVerifier?: boolean;
  /** The callback has these parameters in place of token and verifier. */
  callback?: Readonly<Record<string, string>>;
  /** The next requests get this problem, one after the other. */
  problems: { status: number; body: string; type?: string }[];
  /** Seconds by which its clock is ahead. */
  clockAhead: number;
  /** The `Date` header is left out. */
  withoutDate?: boolean;
  /** The reply with the token, in place of the right one. */
  tokenReply?: string;
}

/** Such a server while it runs. */
export interface OAuth1Server {
  readonly faults: OAuth1Faults;
  /** Every secret that it has issued. */
  readonly secrets: string[];
  /** The verifier of the last authorization, which its page shows where there is no callback. */
  readonly pin: () => string;
  /** The parameters of the last request for temporary credentials. */
  readonly temporaryRequest: () => Readonly<Record<string, string>>;
  /** The query of the last authorization request. */
  readonly authorizationRequest: () => URLSearchParams;
  /** Has the server take no other than signed requests to that place; gives what they were signed with. */
  protect(url: string, responder: Responder): void;
  /** What is wrong with the signature of a request; `undefined` when nothing is. */
  faultOf(request: RecordedRequest, tokenSecret?: string): string | undefined;
  /** The token credentials that are valid now. */
  readonly tokens: Map<string, string>;
}

const protocol = /^oauth_/;

/** A page with one question, as people meet it: who they are, then whether they agree. */
function questionPage(identifier: string, query: URLSearchParams): string {
  const buttons = query.has('person')
    ? '<button name="decision" value="allow">Authorize app</button><button name="decision" value="refuse">Cancel</button>'
    : '<button name="person" value="ada">Ada</button>';
  return `<!doctype html><title>Authorize</title><form><input type="hidden" name="oauth_token" value="${identifier}">${buttons}</form>`;
}

/** The address of a request as its sender signed it: that of the played host, or of the server itself. */
function addressOf(request: RecordedRequest, server: QuirkyServer): string {
  const first = request.path.split('/')[1] ?? '';
  return first.includes('.') ? `https:/${request.path}` : `${server.origin}${request.path}`;
}

function headerParameters(request: RecordedRequest): Record<string, string> {
  const header = request.headers.authorization ?? '';
  if (!header.startsWith('OAuth ')) {
    return {};
  }
  return Object.fromEntries(
    header
      .slice('OAuth '.length)
      .split(/,\s*/)
      .map((pair) => /^([^=]+)="(.*)"$/.exec(pair) ?? [])
      .map(([, name = '', value = '']) => [decodeURIComponent(name), decodeURIComponent(value)]),
  );
}

function grouped(pairs: Iterable<readonly [string, string]>): Record<string, string | string[]> {
  const groups = new Map<string, string[]>();
  for (const [name, value] of pairs) {
    groups.set(name, [...(groups.get(name) ?? []), value]);
  }
  return Object.fromEntries(
    [...groups].map(([name, values]) => [name, values.length === 1 ? (values[0] ?? '') : values]),
  );
}

/** Has the quirky server play a server of OAuth 1.0a. Signatures are computed by `oauth-1.0a`, and not by this project. */
export function playOAuth1(server: QuirkyServer, play: OAuth1Play): OAuth1Server {
  const { signatureMethod = 'HMAC-SHA1', place = 'header' } = play;
  const faults: OAuth1Faults = { problems: [], clockAhead: 0 };
  const temporaries = new Map<string, { secret: string; callback: string; verifier?: string }>();
  const tokens = new Map<string, string>();
  const nonces = new Set<string>();
  const secrets: string[] = [];
  let pin = '';
  let asked: Record<string, string> = {};
  let authorization = new URLSearchParams();
  const issue = () => {
    const secret = `canary-${randomBytes(16).toString('hex')}`;
    secrets.push(secret);
    return secret;
  };
  const library = new OAuth({
    consumer: { key: play.clientId, secret: signatureMethod === 'RSA-SHA1' ? '' : play.clientSecret },
    signature_method: signatureMethod,
    hash_function: (base, key) => {
      if (signatureMethod === 'PLAINTEXT') {
        return key;
      }
      return createHmac(signatureMethod === 'HMAC-SHA256' ? 'sha256' : 'sha1', key)
        .update(base)
        .digest('base64');
    },
  });

  function partsOf(request: RecordedRequest) {
    const isForm = /^application\/x-www-form-urlencoded\b/.test(request.headers['content-type'] ?? '');
    const all = {
      header: headerParameters(request),
      query: Object.fromEntries([...request.query].filter(([name]) => protocol.test(name))),
      body: isForm
        ? Object.fromEntries([...new URLSearchParams(request.body)].filter(([name]) => protocol.test(name)))
        : {},
    };
    const {
      realm: _realm,
      oauth_signature: signature,
      ...signed
    } = all[place].oauth_signature ? all[place] : all.header;
    const own = [
      ...[...request.query].filter(([name]) => !protocol.test(name)),
      ...(isForm ? [...new URLSearchParams(request.body)].filter(([name]) => !protocol.test(name)) : []),
    ];
    return { signature, signed, own };
  }

  function faultOf(request: RecordedRequest, tokenSecret = ''): string | undefined {
    const { signature, signed, own } = partsOf(request);
    if (signed.oauth_consumer_key !== play.clientId) {
      return 'consumer_key_unknown';
    }
    if (signed.oauth_signature_method !== signatureMethod) {
      return 'signature_method_rejected';
    }
    const now = Date.now() / 1000 + faults.clockAhead;
    if (Math.abs(Number(signed.oauth_timestamp) - now) > 300) {
      return 'timestamp_refused';
    }
    const nonce = `${signed.oauth_timestamp}:${signed.oauth_nonce}`;
    if (nonces.has(nonce) || (signed.oauth_nonce ?? '').length < 8) {
      return 'nonce_used';
    }
    nonces.add(nonce);
    const asLibrary = { url: addressOf(request, server), method: request.method, data: grouped(own) };
    if (signatureMethod === 'RSA-SHA1') {
      const base = library.getBaseString(asLibrary, signed as never);
      const isRight = createVerify('RSA-SHA1')
        .update(base)
        .verify(play.clientSecret, signature ?? '', 'base64');
      return isRight ? undefined : 'signature_invalid';
    }
    return signature === library.getSignature(asLibrary, tokenSecret, signed as never)
      ? undefined
      : 'signature_invalid';
  }

  const places = new Map<string, { query: URLSearchParams; responder: Responder }[]>();
  /** Some servers tell their endpoints apart by the query alone. */
  const answerAt = (url: string, responder: Responder) => {
    const { pathname, searchParams: query } = new URL(server.placeOf(url));
    const here = [...(places.get(pathname) ?? []), { query, responder }];
    places.set(pathname, here);
    server.on(pathname, (request, response, quirky) => {
      const fitting = here.find(({ query: own }) =>
        [...own].every(([name, value]) => request.query.get(name) === value),
      );
      return fitting?.responder(request, response, quirky);
    });
  };

  const answered =
    (work: (request: RecordedRequest) => { status?: number; body: string; type?: string }): Responder =>
    (request, response) => {
      const {
        status = 200,
        body,
        type = 'application/x-www-form-urlencoded',
      } = faults.problems.shift() ?? work(request);
      if (faults.withoutDate) {
        response.sendDate = false;
      } else {
        response.setHeader('date', new Date(Date.now() + faults.clockAhead * 1000).toUTCString());
      }
      response.writeHead(status, { 'content-type': type }).end(body);
    };
  const refused = (problem: string) => ({
    status: 401,
    body: new URLSearchParams({ oauth_problem: problem }).toString(),
  });

  answerAt(
    play.temporary,
    answered((request) => {
      const fault = faultOf(request);
      if (fault !== undefined) {
        return refused(fault);
      }
      const { signed, own } = partsOf(request);
      asked = { ...signed, ...Object.fromEntries(own) };
      for (const [name, value] of Object.entries(play.temporaryParameters ?? {})) {
        if (asked[name] !== value) {
          return refused('parameter_absent');
        }
      }
      if (!play.isCore && asked.oauth_callback === undefined) {
        return refused('parameter_absent');
      }
      const identifier = `temporary-${randomBytes(8).toString('hex')}`;
      const secret = issue();
      temporaries.set(identifier, { secret, callback: asked.oauth_callback ?? '' });
      const confirmed = faults.confirmed === undefined ? (play.isCore ? null : 'true') : faults.confirmed;
      return {
        body: new URLSearchParams({
          oauth_token: identifier,
          oauth_token_secret: secret,
          ...(confirmed === null ? {} : { oauth_callback_confirmed: confirmed }),
        }).toString(),
      };
    }),
  );

  server.at(play.authorization, (request, response) => {
    authorization = request.query;
    const identifier = request.query.get(play.tokenParameter ?? 'oauth_token') ?? '';
    const temporary = temporaries.get(identifier);
    if (temporary === undefined) {
      response.writeHead(400, { 'content-type': 'text/html' }).end('<h1>Unknown token</h1>');
      return;
    }
    const decision = play.asksPerson ? request.query.get('decision') : 'allow';
    if (decision === null) {
      response.writeHead(200, { 'content-type': 'text/html' }).end(questionPage(identifier, request.query));
      return;
    }
    pin = String(1_000_000 + (randomBytes(3).readUIntBE(0, 3) % 9_000_000));
    temporary.verifier = pin;
    const callback = play.isCore ? (request.query.get('oauth_callback') ?? '') : temporary.callback;
    if (callback === 'oob') {
      response.writeHead(200, { 'content-type': 'text/html' }).end(`<h1>Your code is ${pin}</h1>`);
      return;
    }
    const back = new URL(callback);
    const verifier = faults.withoutVerifier ? {} : { oauth_verifier: pin };
    const isRefused = decision === 'refuse';
    const usual = isRefused
      ? { denied: identifier }
      : play.isCore
        ? {}
        : { oauth_token: faults.callbackToken ?? identifier, ...verifier };
    for (const [name, value] of Object.entries<string>(faults.callback ?? usual)) {
      back.searchParams.append(name, value.replace('{token}', identifier));
    }
    response.writeHead(302, { location: back.href }).end();
  });

  answerAt(
    play.token,
    answered((request) => {
      const { signed } = partsOf(request);
      const identifier = signed.oauth_token ?? '';
      const isRenewal = signed.oauth_session_handle !== undefined;
      const temporary = temporaries.get(identifier);
      const fault = faultOf(request, isRenewal ? tokens.get(identifier) : temporary?.secret);
      if (fault !== undefined) {
        return refused(fault);
      }
      if (isRenewal) {
        if (signed.oauth_session_handle !== play.reply?.oauth_session_handle) {
          return refused('session_handle_invalid');
        }
        tokens.delete(identifier);
      } else if (!play.isCore && signed.oauth_verifier !== temporary?.verifier) {
        return refused('verifier_invalid');
      }
      temporaries.delete(identifier);
      const token = issue();
      const secret = issue();
      tokens.set(token, secret);
      const body = new URLSearchParams({ oauth_token: token, oauth_token_secret: secret, ...play.reply });
      return { body: faults.tokenReply ?? body.toString() };
    }),
  );

  return {
    faults,
    secrets,
    tokens,
    pin: () => pin,
    temporaryRequest: () => asked,
    authorizationRequest: () => authorization,
    faultOf,
    protect(url, responder) {
      server.at(url, (request, response, quirky) => {
        const secret = tokens.get(partsOf(request).signed.oauth_token ?? '');
        const fault = secret === undefined ? 'token_rejected' : faultOf(request, secret);
        if (fault !== undefined) {
          response
            .writeHead(401, {
              'content-type': 'text/plain',
              'www-authenticate': `OAuth oauth_problem="${fault}"`,
            })
            .end(fault);
          return;
        }
        return responder(request, response, quirky);
      });
    },
  };
}
