import { accountName } from '../accounts/account.ts';
import type { SignInProgress, WaysBack } from '../grants/sign-in-progress.ts';
import type { Context } from '../ground/context.ts';
import { durationText } from '../ground/duration.ts';
import { safeText } from '../ground/safe-text.ts';
import { emphasized, terminalLookOf } from '../ground/terminal-look.ts';
import { person } from '../profile/person.ts';
import { liveLine } from './live-line.ts';
import {
  clockOffsetText,
  onceMoreText,
  pkceNotAnnouncedText,
  pollFailureText,
  problemText,
  profileProblemText,
  signInEndText,
} from './text.ts';
import { userCodeWords } from './user-code-words.ts';
import { openingWords, otherWays } from './ways-back-words.ts';
import { prose } from './wrapped-text.ts';

/** Characters of an address, or of a list of scopes, that are shown. */
const LONGEST_ADDRESS = 2048;

/** Tells the person at the terminal how the sign-in goes; everything is written to standard error. */
export function signInWords(
  label: string,
  settings: { readonly debug: boolean },
  context: Context,
): SignInProgress {
  const name = safeText(label);
  const { stderr } = context;
  const look = terminalLookOf(stderr, context);
  const line = liveLine(context);
  const { say } = line;
  const said = new Set<string>();
  let isDrawing = false;
  let waiting: { readonly uri: string; readonly until: number } | undefined;
  const once = (key: string, ...lines: string[]) => {
    if (!said.has(key)) {
      say(...lines);
    }
    said.add(key);
  };
  const address = (uri: string) => ['', emphasized(uri, 'accent', look), ''];
  const wait = () => {
    const until = waiting?.until ?? 0;
    line.countDown(
      until,
      (seconds) => `Waiting for you to finish there, ${clockText(seconds)} left (Ctrl-C stops)`,
    );
  };
  /** The person has to do it: the address stands out now, and the ways back follow. */
  const openYourself = (what: string, ways: WaysBack) => {
    if (said.has('elsewhere')) {
      return;
    }
    line.stop();
    if (look.isLive) {
      const here = `${what} open this address yourself. Still waiting.`;
      once('elsewhere', prose(here, context), ...address(waiting?.uri ?? ''), ...otherWays(ways, context));
    } else {
      const above = `${what} open the address above yourself. Still waiting.`;
      once('elsewhere', prose(above, context), ...otherWays(ways, context));
    }
    // A question stands in the last line then.
    if (!ways.canPaste) {
      wait();
    }
  };
  return {
    authorizationUri(uri, ways) {
      waiting = { uri, until: context.clock.monotonic() + ways.timeoutSeconds * 1000 };
      const [opening, otherwise] = openingWords(name, ways);
      if (!look.isLive) {
        say(prose([opening, otherwise].filter(Boolean).join(' '), context), '', uri, '');
      } else if (otherwise === undefined) {
        say(prose(opening, context), ...address(uri));
      } else {
        const quiet = [prose(otherwise, context), uri].map((text) => emphasized(text, 'dim', look));
        say(prose(opening, context), '', ...quiet, '');
      }
      if (!ways.opensBrowser) {
        say(...otherWays(ways, context));
      }
      if (look.isLive && !ways.canPaste) {
        wait();
      } else {
        const limit = `${durationText(ways.timeoutSeconds)} at most, Ctrl-C stops`;
        say(prose(`Waiting for you to finish there (${limit})`, context));
      }
    },
    browserFailed(ways, reason) {
      const cause = reason === undefined ? '' : ` (${reason})`;
      openYourself(`The browser could not be opened${cause};`, ways);
    },
    startLinkUnused(ways) {
      openYourself('The browser has not opened the page yet; if none appeared,', ways);
    },
    pasteTakenBack() {
      say('The browser has opened the page.');
      wait();
    },
    listenerNotice({ kind, text }) {
      if (kind !== 'foreign-request' || settings.debug) {
        say(`note: ${text}`);
      }
    },
    pasteRefused(reason) {
      say(`Not yet: ${reason}. Still waiting.`);
    },
    askedOnDevice({ loginHint, bindingMessage, expiresIn }) {
      const shown = bindingMessage === undefined ? '' : ` It shows there: ${bindingMessage}`;
      say(
        prose(
          `${name} asks ${safeText(loginHint, 200)} on a device of theirs to agree to this sign-in.${shown}`,
          context,
        ),
        `The request is valid for ${durationText(expiresIn)}.`,
      );
    },
    userCode(prompt) {
      // The picture stands above the words and is drawn late; a countdown before it would be left standing above.
      isDrawing = true;
      void userCodeWords(name, prompt, context).then((lines) => {
        say(...lines);
        isDrawing = false;
      });
    },
    remaining(seconds) {
      if (!isDrawing) {
        line.show(`Waiting, ${clockText(seconds)} left (Ctrl-C stops)`);
      }
    },
    pollFailed(error) {
      once(error.code, prose(`${sentence(pollFailureText(error))} Still waiting.`, context));
    },
    untried() {
      say(
        prose(
          `note: oauth-login was not tested with ${name}: its facts come from one source, or sources differ. "oauth-login providers" with its name says what is uncertain.`,
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
    signsInElsewhere({ resource, issuer, scopes, endpointOrigins }) {
      say(
        prose(`${name} takes tokens of another server, which you are about to sign in to:`, context),
        `  API:      ${safeText(resource, LONGEST_ADDRESS)}`,
        `  sign-in:  ${safeText(issuer, LONGEST_ADDRESS)}`,
        ...endpointOrigins.map((origin) => `  through:  ${safeText(origin, LONGEST_ADDRESS)}`),
        `  scopes:   ${scopes.length === 0 ? 'none named' : safeText(scopes.join(' '), LONGEST_ADDRESS)}`,
      );
    },
    othersTurn() {
      once(
        'others-turn',
        prose(`Another command is signing in to ${name}. Waiting for it (Ctrl-C stops).`, context),
      );
    },
    signedInAlready(accounts) {
      say(
        prose(
          `Already signed in: ${accounts.map((head) => (head.profile === undefined ? accountName(head) : person(head.profile))).join(', ')}`,
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
      line.stop();
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
