import type { IncomingMessage, ServerResponse } from 'node:http';
import { Deferred } from './deferred.ts';
import { type PageLanguage, pageLanguageOf } from './page-language.ts';
import { sendReply } from './reply.ts';
import { randomId } from './unguessable-text.ts';

/** The page that the browser waits for after the callback; its address tells nothing and cannot be guessed. */
export class DonePage {
  readonly path = `/done/${randomId()}`;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #waiting = new Map<ServerResponse, PageLanguage>();
  #page: ((language: PageLanguage) => string) | undefined;
  readonly #delivered = new Deferred<void>();

  constructor(headers: Readonly<Record<string, string>>) {
    this.#headers = headers;
  }

  /** Resolves once a browser has the page. */
  get delivered(): Promise<void> {
    return this.#delivered.promise;
  }

  /** Answers with the page, now or as soon as there is one. */
  answer(request: Pick<IncomingMessage, 'headers'>, response: ServerResponse): void {
    this.#waiting.set(response, pageLanguageOf(request.headers['accept-language']));
    response.once('close', () => {
      this.#waiting.delete(response);
      if (response.writableFinished) {
        this.#delivered.resolve();
      }
    });
    this.#send();
  }

  /** Gives everybody who waits the page in their language, and everybody who comes later. */
  show(page: (language: PageLanguage) => string): void {
    this.#page ??= page;
    this.#send();
  }

  #send(): void {
    if (this.#page === undefined) {
      return;
    }
    for (const [response, language] of this.#waiting) {
      if (!response.headersSent) {
        sendReply(response, 200, this.#page(language), this.#headers);
      }
    }
  }
}
