import { accountName } from '../accounts/account.ts';
import type { SignInProgress } from '../grants/sign-in-progress.ts';
import type { Context } from '../ground/context.ts';
import { durationText } from '../ground/duration-text.ts';
import { safeText } from '../ground/safe-text.ts';
import { person } from '../profile/person.ts';
import {
  clockOffsetText,
  onceMoreText,
  pkceNotAnnouncedText,
  pollFailureText,
  problemText,
  profileProblemText,
  signInEndText,
} from './text.ts';
import { showQrCode, userCodeWords } from './user-code-words.ts';
import { openingWords, otherWays } from './ways-back-words.ts';
import { prose } from './wrapped-text.ts';

/** Tells the person at the terminal how the sign-in goes; everything is written to standard error. */
export function signInWords(
  label: string,
  settings: { readonly debug: boolean },
  context: Context,
): SignInProgress {
  const name = safeText(label);
  const { stderr } = context;
  const said = new Set<string>();
  let hasCounter = false;
  let isDrawing = false;
  const say = (...lines: string[]) => {
    if (hasCounter) {
      stderr.write('\r\u001b[K');
    }
    hasCounter = false;
    stderr.write(`${lines.join('\n')}\n`);
  };
  const once = (key: string, ...lines: string[]) => {
    if (!said.has(key)) {
      say(...lines);
    }
    said.add(key);
  };
  return {
    authorizationUri(uri, ways) {
      say(prose(openingWords(name, ways), context), '', uri, '');
      if (!ways.opensBrowser) {
        say(...otherWays(ways, context));
      }
      const limit = `${durationText(ways.timeoutSeconds)} at most, Ctrl-C stops`;
      say(prose(`Waiting for you to finish there (${limit})`, context));
    },
    browserFailed(ways, reason) {
      const cause = reason === undefined ? '' : ` (${reason})`;
      once(
        'elsewhere',
        prose(
          `The browser could not be opened${cause}; open the address above yourself. Still waiting.`,
          context,
        ),
        ...otherWays(ways, context),
      );
    },
    startLinkUnused(ways) {
      once(
        'elsewhere',
        prose(
          'The browser has not asked for the page yet; if none appeared, open the address above yourself. Still waiting.',
          context,
        ),
        ...otherWays(ways, context),
      );
    },
    listenerNotice({ kind, text }) {
      if (kind !== 'foreign-request' || settings.debug) {
        say(`note: ${text}`);
      }
    },
    pasteRefused(reason) {
      say(`Not yet: ${reason}. Still waiting.`);
    },
    userCode(prompt) {
      say(...userCodeWords(name, prompt, context));
      // The picture is drawn late; a countdown before it would be left standing above.
      isDrawing = true;
      const drawn = () => {
        isDrawing = false;
      };
      void showQrCode(prompt.verificationUri, context, say).then(drawn, drawn);
    },
    remaining(seconds) {
      if (!stderr.isTTY || isDrawing) {
        return;
      }
      // A line that breaks is not taken back by the next one.
      const line = `Waiting, ${clockText(seconds)} left (Ctrl-C stops)`.slice(0, (stderr.columns || 80) - 1);
      stderr.write(`\r\u001b[K${line}`);
      hasCounter = true;
    },
    pollFailed(error) {
      once(error.code, prose(`${sentence(pollFailureText(error))} Still waiting.`, context));
    },
    untried() {
      say(
        prose(
          `note: oauth-login was never tried with ${name}: what it knows comes from one source, or sources differ. "oauth-login providers" with its name says what is not sure.`,
          context,
        ),
      );
    },
    pkceNotAnnounced() {
      say(`note: ${pkceNotAnnouncedText(label)}`);
    },
    profileMissing(problem, profile) {
      say(`note: ${profileProblemText(profile, problem, label)}`);
    },
    signInEnds(seconds, reason) {
      say(`note: ${signInEndText(label, seconds, reason)}`);
    },
    clockDiffers(seconds) {
      say(`note: ${clockOffsetText(seconds, name)}`);
    },
    signedInAlready(accounts) {
      say(
        prose(
          `Signed in there already: ${accounts.map((head) => (head.profile === undefined ? accountName(head) : person(head.profile))).join(', ')}`,
          context,
        ),
      );
    },
    onceMore(reason) {
      say(prose(`${onceMoreText(reason, label)}.`, context));
    },
    onceMoreFailed(error) {
      stderr.write(problemText('warning', error));
    },
    done() {
      if (hasCounter) {
        stderr.write('\r\u001b[K');
      }
      hasCounter = false;
    },
    signedIn() {},
  };
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

function clockText(seconds: number): string {
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}
