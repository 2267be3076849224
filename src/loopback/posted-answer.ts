import type { IncomingMessage, ServerResponse } from 'node:http';
import { judgeCallback, otherForm } from './callback.ts';
import type { CallbackExpectation } from './callback-expectation.ts';
import { fixedReplies } from './fixed-reply.ts';
import type { LoopbackNotice } from './notice.ts';
import { type PostedForms, readPostedForm } from './posted-response.ts';
import { sendFixedReply, sendReply } from './reply.ts';
import { isFormOf } from './request-screening.ts';

/** What a form is judged by, and where it is kept. */
interface FormJudgement {
  readonly expected: CallbackExpectation;
  readonly posted: PostedForms;
  readonly notify: (kind: LoopbackNotice['kind']) => void;
  /** Whether the sender is this user; asked last, because it reads the table of all connections. */
  readonly isWelcome: () => boolean;
}

/**
 * Answers a form that was sent to the redirect URI: the browser is sent on to an address of its own, where what is in the form
 * is judged like a query.
 *
 * @see [OAuth 2.0 Form Post Response Mode](https://openid.net/specs/oauth-v2-form-post-response-mode-1_0.html)
 */
export async function answerForm(
  origins: readonly string[],
  request: IncomingMessage,
  response: ServerResponse,
  { expected, posted, notify, isWelcome }: FormJudgement,
): Promise<void> {
  if (!isFormOf(request, origins)) {
    notify('foreign-request');
    sendFixedReply(request, response, fixedReplies.forbidden);
    return;
  }
  const form = await readPostedForm(request);
  if (form.kind !== 'form') {
    const isLarge = form.kind === 'too-large';
    notify(isLarge ? 'oversized-reply' : 'foreign-request');
    sendFixedReply(request, response, isLarge ? fixedReplies.formTooLarge : fixedReplies.malformed);
    return;
  }
  const { kind } = judgeCallback(form.text, 'same', expected);
  if (kind === 'malformed' || kind === 'wrong-state') {
    notify(otherForm(form.text) ?? 'foreign-request');
    sendFixedReply(request, response, fixedReplies[kind === 'malformed' ? 'malformed' : 'forbidden']);
    return;
  }
  if (!isWelcome()) {
    return;
  }
  const path = posted.keep(form.text);
  if (path === undefined) {
    sendFixedReply(request, response, fixedReplies.answered);
    return;
  }
  sendReply(response, 303, '', { Location: path });
}
