import type { Context, Input } from '../ground/context.ts';
import { durationText } from '../ground/duration.ts';
import { AuthenticationRequiredError, NetworkError } from '../ground/errors.ts';
import { isInteractive } from '../ground/presence.ts';
import { readInput } from '../ground/read-input.ts';
import type { CodeRequest } from './sign-in-request.ts';

/** The callback of a sign-in without one: the page shows the verifier, and the person types it (RFC 5849 §2.1). */
export const OUT_OF_BAND = 'oob';

/** A verifier on a page is short; the limit of the length is this tool's. */
const VERIFIER = /^[\x21-\x7e]{1,256}$/;

/**
 * Sends the person to the page, and gives the verifier that it shows: typed at the terminal, or from standard input
 * where that is none.
 *
 * Throws an `AuthenticationRequiredError` where standard input holds no verifier, and a `NetworkError`,
 * `login_timeout`, when nobody typed it in time.
 *
 * @see [RFC 5849 §2.2](https://www.rfc-editor.org/rfc/rfc5849.html#section-2.2)
 */
export async function typedVerifier(
  request: CodeRequest,
  context: Context,
  authorizationUri: string,
): Promise<string> {
  const { progress, timeoutSeconds, provider } = request;
  const opensBrowser = request.openBrowser && context.canOpenBrowser;
  const over = new AbortController();
  const stop = AbortSignal.any([context.signal, over.signal]);
  const ways = {
    opensBrowser,
    redirectUri: OUT_OF_BAND,
    ports: [],
    surroundings: context.surroundings,
    canPaste: false,
    offersDevice: false,
    timeoutSeconds,
  };
  progress.authorizationUri(authorizationUri, ways);
  if (opensBrowser) {
    context
      .openBrowser(authorizationUri)
      .catch(() => progress.browserFailed({ ...ways, opensBrowser: false }));
  }
  try {
    const late = context.clock.sleep(timeoutSeconds * 1000, stop).then(() => {
      throw nobodyTyped(provider.label, timeoutSeconds);
    });
    return await Promise.race([
      late,
      isInteractive(context) ? askFor(request, stop) : readFrom(context, stop),
    ]);
  } finally {
    over.abort();
    progress.done();
  }
}

async function askFor({ questions, progress }: CodeRequest, stop: AbortSignal): Promise<string> {
  return questions.verifier(async (ask) => {
    for (;;) {
      const typed = (await ask(stop)).reveal().trim();
      if (VERIFIER.test(typed)) {
        return typed;
      }
      progress.pasteRefused('that is not a code; type the one that the page shows');
    }
  });
}

async function readFrom(context: Context, stop: AbortSignal): Promise<string> {
  const typed = (await readInput(firstLine(context.stdin), stop, 1024)).toString().trim();
  if (VERIFIER.test(typed)) {
    return typed;
  }
  throw new AuthenticationRequiredError(
    'person_required',
    'standard input contains no code from the sign-in page',
    {
      hint: 'run the command in a terminal, or write the code that the page shows to its standard input',
    },
  );
}

/** The input as far as its first line: who writes the verifier may keep the pipe open. */
function firstLine(input: Input): Input {
  const destroy = () => input.destroy?.();
  return {
    destroy,
    async *[Symbol.asyncIterator]() {
      for await (const chunk of input) {
        yield chunk;
        if (Buffer.from(chunk).includes('\n')) {
          return;
        }
      }
    },
  };
}

function nobodyTyped(label: string, seconds: number): NetworkError {
  return new NetworkError(
    'login_timeout',
    `nobody typed the code from ${label} within ${durationText(seconds)}`,
    { hint: 'run the command again, and type the code that the page shows; --timeout waits longer' },
  );
}
