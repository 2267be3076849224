import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { ProtocolError } from '../ground/errors.ts';
import type { AuthorizationResponse } from './authorization-response.ts';
import { validateAuthorizationUri } from './authorization-uri.ts';
import { BrowserCookie } from './browser-cookie.ts';
import { judgeCallback, otherForm } from './callback.ts';
import type { CallbackExpectation } from './callback-expectation.ts';
import { Deferred } from './deferred.ts';
import { DonePage } from './done-page.ts';
import { fixedReplies } from './fixed-reply.ts';
import type { LoopbackNotice } from './notice.ts';
import { answerForm } from './posted-answer.ts';
import { PostedForms } from './posted-response.ts';
import { sendFixedReply, sendReply } from './reply.ts';
import { hasBody, isNavigation, isOurHost, isPrefetch } from './request-screening.ts';
import { randomId } from './unguessable-text.ts';

type Notify = (kind: LoopbackNotice['kind']) => void;

function browserMismatch(): ProtocolError {
  return new ProtocolError(
    'protocol_browser_mismatch',
    'the link of this sign-in was opened in two browsers, so the sign-in was stopped to be safe',
    {
      hint: 'run the command again and open its link once; if you opened it only once, another user of this machine may have opened it too',
    },
  );
}

/** What the listener says to the browser, from the start link over the callback to the last page. */
export class BrowserConversation {
  readonly opened = new Deferred<void>();
  readonly authorizationResponse = new Deferred<AuthorizationResponse>();
  readonly done: DonePage;
  readonly #expected: CallbackExpectation & { readonly path: string };
  readonly #origin: string;
  readonly #notify: Notify;
  readonly #admits: (socket: Socket) => boolean;
  readonly #cookie = new BrowserCookie();
  readonly #posted = new PostedForms();
  readonly #startPath = `/s/${randomId()}`;
  #authorizationUri: string | undefined;
  #linkUsed = false;
  /** The query of the first callback that ended the wait. Only a repetition of it is answered like the first. */
  #acceptedQuery: string | undefined;
  #stopped = false;

  constructor(
    expected: CallbackExpectation & { readonly path: string },
    origin: string,
    notify: Notify,
    admits: (socket: Socket) => boolean,
  ) {
    this.#expected = expected;
    this.#origin = origin;
    this.#notify = notify;
    this.#admits = admits;
    this.done = new DonePage({ 'Set-Cookie': this.#cookie.removal });
  }

  /** Whether a browser has been sent to the last page. */
  get isAnswered(): boolean {
    return this.#acceptedQuery !== undefined;
  }

  /** Makes the link that leads a browser to the authorization endpoint; throws a `ProtocolError` for an unfit URI. */
  startLink(authorizationUri: string): string {
    this.#authorizationUri = validateAuthorizationUri(authorizationUri);
    return `${this.#origin}${this.#startPath}`;
  }

  /** Answers any request; method, path, Host and Fetch Metadata come before what the request says. */
  answer(request: IncomingMessage, response: ServerResponse): void {
    const origins = this.#formOrigins;
    if (request.method === 'POST' && origins !== undefined && this.#isCallback(request)) {
      void this.#takeForm(origins, request, response);
      return;
    }
    if (request.method !== 'GET') {
      const preflight = request.method === 'OPTIONS';
      if (request.method === 'POST' && this.#isCallback(request)) {
        this.#notify('posted-reply');
      }
      sendFixedReply(request, response, preflight ? fixedReplies.forbidden : fixedReplies.methodNotAllowed);
      return;
    }
    const route = this.#routeOf(request.url ?? '');
    if (route === undefined) {
      sendFixedReply(request, response, fixedReplies.notFound);
    } else if (!isOurHost(request, new URL(this.#origin).host)) {
      this.#notify('foreign-request');
      sendFixedReply(request, response, fixedReplies.misdirected);
    } else if (!isNavigation(request, this.#origin)) {
      this.#notify('foreign-request');
      sendFixedReply(request, response, fixedReplies.forbidden);
    } else if (isPrefetch(request)) {
      sendFixedReply(request, response, fixedReplies.prefetch);
    } else if (hasBody(request)) {
      sendFixedReply(request, response, fixedReplies.malformed);
    } else {
      route(request, response);
    }
  }

  /**
   * Whether the request is for the redirect URI. Anybody may send one, so it leads to a notice and nothing more.
   */
  #isCallback(request: IncomingMessage): boolean {
    const [path] = (request.url ?? '').split('?', 1);
    return path === (this.#expected.path || '/') && isOurHost(request, new URL(this.#origin).host);
  }

  #routeOf(target: string): ((request: IncomingMessage, response: ServerResponse) => void) | undefined {
    const mark = target.indexOf('?');
    const path = mark === -1 ? target : target.slice(0, mark);
    // A browser asks for `/` where the redirect URI ends with the port.
    if (path === (this.#expected.path || '/')) {
      const query = mark === -1 ? '' : target.slice(mark + 1);
      return (request, response) => this.#answerCallback(query, request, response);
    }
    const posted = this.#posted.at(target);
    if (posted !== undefined) {
      return (request, response) => this.#answerCallback(posted, request, response);
    }
    const authorizationUri = this.#authorizationUri;
    if (target === this.#startPath && authorizationUri !== undefined) {
      return (request, response) => this.#answerStartLink(authorizationUri, request, response);
    }
    return target === this.done.path ? (request, response) => this.#answerDone(request, response) : undefined;
  }

  /**
   * The user is checked before anything takes effect, but not for every request, because the check reads the table
   * of all connections.
   */
  #isWelcome(request: IncomingMessage): boolean {
    if (this.#admits(request.socket)) {
      return true;
    }
    request.socket.destroy();
    return false;
  }

  #answerStartLink(authorizationUri: string, request: IncomingMessage, response: ServerResponse): void {
    if (!this.#isWelcome(request)) {
      return;
    }
    const isOurs = !this.#linkUsed || this.#cookie.isIn(request);
    if (this.isAnswered) {
      if (isOurs) {
        this.#sendToDone(response);
      } else {
        this.#notify('start-link-opened-twice');
        sendFixedReply(request, response, fixedReplies.answered);
      }
    } else if (!isOurs || this.#stopped) {
      this.#stopped = true;
      this.authorizationResponse.reject(browserMismatch());
      sendFixedReply(request, response, fixedReplies.linkReused);
    } else {
      this.#linkUsed = true;
      this.opened.resolve();
      sendReply(response, 302, '', { Location: authorizationUri, 'Set-Cookie': this.#cookie.setting });
    }
  }

  #answerDone(request: IncomingMessage, response: ServerResponse): void {
    if (this.#isWelcome(request)) {
      this.done.answer(request, response);
    }
  }

  /** The origins whose forms are taken; `undefined` where none was asked for. */
  get #formOrigins(): readonly string[] | undefined {
    return 'formOrigins' in this.#expected ? this.#expected.formOrigins : undefined;
  }

  async #takeForm(
    origins: readonly string[],
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    const parts = {
      expected: this.#expected,
      posted: this.#posted,
      notify: this.#notify,
      isWelcome: () => this.#isWelcome(request),
    };
    await answerForm(origins, request, response, parts);
  }

  #browserOf(request: IncomingMessage): AuthorizationResponse['browser'] {
    if (!this.#linkUsed) {
      return 'start-link-unused';
    }
    return this.#cookie.isIn(request) ? 'same' : 'unconfirmed';
  }

  #answerCallback(query: string, request: IncomingMessage, response: ServerResponse): void {
    const verdict = judgeCallback(query, this.#browserOf(request), this.#expected);
    if (verdict.kind === 'malformed' || verdict.kind === 'wrong-state') {
      this.#notify(otherForm(query) ?? 'foreign-request');
      sendFixedReply(
        request,
        response,
        fixedReplies[verdict.kind === 'malformed' ? 'malformed' : 'forbidden'],
      );
      return;
    }
    if (!this.#isWelcome(request)) {
      return;
    }
    if (this.isAnswered && query === this.#acceptedQuery) {
      this.#sendToDone(response);
    } else if (this.isAnswered) {
      this.#notify('second-reply');
      sendFixedReply(request, response, fixedReplies.answered);
    } else if (this.#stopped) {
      sendFixedReply(request, response, fixedReplies.ended);
    } else if (verdict.kind === 'unconfirmed') {
      this.#notify('browser-unconfirmed');
      sendFixedReply(request, response, fixedReplies.unconfirmed);
    } else if (verdict.kind === 'incomplete') {
      sendFixedReply(request, response, fixedReplies.incomplete);
    } else {
      this.#acceptedQuery = query;
      if (verdict.kind === 'accepted') {
        this.authorizationResponse.resolve(verdict.response);
      } else {
        this.authorizationResponse.reject(verdict.error);
      }
      this.#sendToDone(response);
    }
  }

  /**
   * The status is 303, so that the code leaves the address bar and the history. It is never 307 (RFC 9700 §4.12).
   */
  #sendToDone(response: ServerResponse): void {
    sendReply(response, 303, '', { Location: this.done.path });
  }
}
