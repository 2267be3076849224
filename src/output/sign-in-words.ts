import { accountName } from '../accounts/account-name.ts';
import type { SignInProgress, UserCodePrompt, WaysBack } from '../grants/sign-in-progress.ts';
import type { Context } from '../ground/context.ts';
import { canDraw } from '../ground/drawing.ts';
import { durationText } from '../ground/duration-text.ts';
import { safeText } from '../ground/safe-text.ts';
import { portForwardingCommand } from '../ground/surroundings.ts';
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
import { wrappedText } from './wrapped-text.ts';

/** Longest pause between two polls, in seconds, that nobody wonders about. */
const LONGEST_USUAL_INTERVAL_SECONDS = 60;
const PASTE_WARNING =
  'That address is as good as a password for a moment: give it to no page and no person but this terminal.';

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
    if (hasCounter) stderr.write('\r\u001b[K');
    hasCounter = false;
    stderr.write(`${lines.join('\n')}\n`);
  };
  const once = (key: string, ...lines: string[]) => {
    if (!said.has(key)) say(...lines);
    said.add(key);
  };
  return {
    authorizationUri(uri, ways) {
      say(prose(openingWords(name, ways), context), '', uri, '');
      if (!ways.opensBrowser) say(...otherWays(ways, context));
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
      if (kind !== 'foreign-request' || settings.debug) say(`note: ${text}`);
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
      if (!stderr.isTTY || isDrawing) return;
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
      if (hasCounter) stderr.write('\r\u001b[K');
      hasCounter = false;
    },
    signedIn() {},
  };
}

/** Running text, broken between words where the width of the terminal is known; addresses and commands never are. */
function prose(text: string, { stderr }: Context): string {
  return stderr.columns === undefined ? text : wrappedText(text, stderr.columns);
}

function openingWords(name: string, ways: WaysBack): string {
  if (ways.opensBrowser) {
    return `Opening the sign-in page of ${name} in the browser. If it does not appear, open this address:`;
  }
  const where = ways.surroundings === 'local' ? 'a browser on this machine' : 'a browser on your own machine';
  return `Open this address in ${where} to sign in to ${name}:`;
}

/** What helps when the browser's own loopback address does not lead to this process. */
function otherWays(ways: WaysBack, context: Context): string[] {
  const lines: string[] = [];
  if (ways.surroundings !== 'local' && ways.ports.length > 0) {
    const forwarding = portForwardingCommand(ways.ports, context.env);
    lines.push(
      prose(
        'For the browser to reach this machine, first run this on your own, and leave it running:',
        context,
      ),
      '',
      `    ${forwarding}`,
      '',
    );
  }
  if (ways.canPaste) {
    lines.push(
      prose(
        ways.ports.length > 0
          ? 'Without it the last page cannot be shown: copy its whole address then, and paste it below.'
          : 'When you have finished there, copy the whole address of the last page, and paste it below.',
        context,
      ),
      prose(PASTE_WARNING, context),
    );
  }
  if (ways.offersDevice && ways.surroundings !== 'local') {
    lines.push(
      prose('Or stop this, and run the command again with --device: then a code is enough.', context),
    );
  }
  return lines;
}

function userCodeWords(
  name: string,
  { userCode, verificationUri, expiresIn, interval }: UserCodePrompt,
  context: Context,
): string[] {
  const bold = context.stderr.isTTY && !context.env.NO_COLOR && context.env.TERM !== 'dumb';
  const code = bold ? `\u001b[1m${userCode}\u001b[22m` : userCode;
  return [
    prose(`To sign in to ${name}, open this page on any device:`, context),
    '',
    verificationUri,
    '',
    'and enter this code there:',
    '',
    `    ${code}`,
    ...(/[0O1Il]/.test(userCode) ? ['', `    (${spelled(userCode)})`] : []),
    '',
    prose(
      'Go on only if you started this yourself, here, just now. Nobody has a reason to send you such a code.',
      context,
    ),
    `The code is good for ${durationText(expiresIn)}.`,
    ...(interval > LONGEST_USUAL_INTERVAL_SECONDS
      ? [
          prose(
            `${name} can be asked every ${durationText(interval)} only, so it takes up to that long until it shows here that you have finished.`,
            context,
          ),
        ]
      : []),
  ];
}

/** The characters that are easily mistaken for one another, by their names. */
function spelled(userCode: string): string {
  const names: Readonly<Record<string, string>> = {
    '0': 'zero',
    O: 'letter O',
    '1': 'one',
    I: 'capital i',
    l: 'small L',
  };
  const parts = [...new Set(userCode)].filter((character) => names[character] !== undefined);
  return parts.map((character) => `${character} is ${names[character]}`).join(', ');
}

async function showQrCode(uri: string, context: Context, say: (...lines: string[]) => void): Promise<void> {
  if (!context.stderr.isTTY || !canDraw(context)) return;
  const { renderUnicodeCompact } = await import('uqr');
  const picture = renderUnicodeCompact(uri, { border: 2 }).split('\n');
  if ((context.stderr.columns || 80) <= (picture[0]?.length ?? 0)) return;
  say('', ...picture, '');
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

function clockText(seconds: number): string {
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}
