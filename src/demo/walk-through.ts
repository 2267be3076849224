import type { Context } from '../ground/context.ts';
import { type ErrorOptionsWithHint, ExitCode, OAuthLoginError } from '../ground/errors.ts';
import { isInteractive } from '../ground/presence.ts';
import { portForwardingCommand } from '../ground/surroundings.ts';
import { wrappedText } from '../output/wrapped-text.ts';
import { writeProviderConfiguration } from '../settings/configuration-change.ts';
import { hasBrowser, playedBrowser, realBrowser } from './demo-browser.ts';
import { type EmbeddedProvider, startEmbeddedProvider } from './embedded-provider.ts';
import type { Person } from './person.ts';
import { makeSandbox, type Sandbox } from './sandbox.ts';

/** Runs one command line in this process and gives its exit code; `argv` starts after the name of the program. */
export type RunCommand = (argv: readonly string[], context: Context) => Promise<number>;

/** How the demo is shown. */
export interface DemoOptions {
  /** `false`: open no browser; the person finishes in one of their own, elsewhere. */
  readonly browser?: boolean;
  /** The person finishes with a code on another device. */
  readonly device?: boolean;
  /** Each command shows its requests. */
  readonly debug?: boolean;
}

/** What the commands and the pages call the provider. */
const DEMO_NAME = 'demo-provider';
const DEMO_LABEL = 'Demo provider';

/** How long, in milliseconds, the played browser may take to read its last page after the command has ended. */
const LAST_PAGE_WITHIN = 2_000;

/**
 * Shows sign-in, profile, token, status and sign-out against a real OpenID provider inside this process. Everything
 * is temporary. Gives the exit code: the one of a command that was interrupted, which has told it. Throws a
 * `DemoStoppedError` with the exit code of a command that failed, or the signal's reason.
 */
export async function runDemo(context: Context, run: RunCommand, options: DemoOptions = {}): Promise<number> {
  const provider = await startEmbeddedProvider();
  const sandbox = await makeSandbox(context);
  const [person] = provider.users;
  const isElsewhere = options.browser === false || options.device === true;
  const played = isElsewhere ? !isInteractive(context) : !hasBrowser(context);
  try {
    say(context, 'A tour, on this machine only.\n');
    tell(
      context,
      `A real OpenID provider, the ${DEMO_LABEL}, now runs inside this process, at ${provider.issuer}.`,
    );
    tell(
      context,
      'Its people are made up. What the commands store goes to a temporary directory, which is removed at the end; your own configuration and accounts stay untouched.',
    );
    say(context, '');
    if (played) {
      tell(context, noBrowserHere(person));
    } else if (isElsewhere) {
      tell(context, 'Over to you: finish in your own browser. Choose a person there, and allow the access.');
      if (options.device === true && context.surroundings !== 'local') {
        const forwarding = portForwardingCommand([Number(new URL(provider.issuer).port)], context.env);
        tell(
          context,
          'Your browser has to reach this machine: run this on your own computer, and leave it running.',
        );
        say(context, `\n    ${forwarding}`);
      }
    } else {
      tell(context, 'Your browser opens now. Choose a person there, and allow the access.');
    }
    const { issuer, clientId } = provider;
    const inside = sandbox.contextFor({ personIsPlayed: played });
    await writeProviderConfiguration(inside, DEMO_NAME, { label: DEMO_LABEL, issuer, client_id: clientId });
    const debug = options.debug === true ? ['--debug'] : [];
    const how = options.device ? ['--device'] : isElsewhere && !played ? ['--no-browser'] : [];
    const signIn = ['login', DEMO_NAME, '--allow-http-loopback', ...how, ...debug];
    const signedIn = await signInStep({ context, run, sandbox, played, person, provider }, signIn);
    if (signedIn === ExitCode.interrupted) {
      return signedIn;
    }
    for (const command of ['whoami', 'token', 'status', 'logout']) {
      const exitCode = await step(context, run, [command, ...debug], inside);
      if (exitCode === ExitCode.interrupted) {
        return exitCode;
      }
    }
    say(context, '');
    tell(
      context,
      'That is all. `logout` revoked the token above, so it no longer works. Next, the real thing: `oauth-login github`, or `oauth-login` alone, to choose from a list.',
    );
    return ExitCode.done;
  } finally {
    await provider.close();
    await sandbox.remove();
  }
}

interface SignInStep {
  readonly context: Context;
  readonly run: RunCommand;
  readonly sandbox: Sandbox;
  readonly played: boolean;
  readonly person: Person;
  readonly provider: EmbeddedProvider;
}

async function signInStep(
  { context, run, sandbox, played, person, provider }: SignInStep,
  argv: string[],
): Promise<number> {
  const stop = new AbortController();
  const stand = playedBrowser(person.username, stop.signal, (error) => {
    stop.abort(
      new DemoStoppedError("the demo's simulated browser could not finish", {
        hint: 'run `oauth-login demo` again; if it happens again, please report it',
        exitCode: 1,
        cause: error,
      }),
    );
  });
  if (played) {
    provider.onUserCode((uri) => void stand.openBrowser(uri));
  }
  const real = realBrowser(context, stand, () => context.stderr.write(`${noBrowserHere(person)}\n`));
  const inside: Context = {
    ...sandbox.contextFor({ personIsPlayed: played }),
    signal: AbortSignal.any([context.signal, stop.signal]),
    canOpenBrowser: true,
    openBrowser: played ? stand.openBrowser : real,
  };
  try {
    const exitCode = await step(context, run, argv, inside);
    if (exitCode === ExitCode.interrupted) {
      return exitCode;
    }
    const page = await Promise.race([
      stand.finalPage(),
      context.clock.sleep(LAST_PAGE_WITHIN, stop.signal).then(() => undefined),
    ]);
    if (page !== undefined) {
      say(context, `(The page in the simulated browser: “${page.title}”.)`);
    }
    return exitCode;
  } finally {
    stop.abort();
  }
}

/** Gives 0, or 130 for a command that was interrupted and has said so. */
async function step(
  context: Context,
  run: RunCommand,
  argv: readonly string[],
  inside: Context,
): Promise<number> {
  const commandLine = ['oauth-login', ...argv].join(' ');
  say(context, `\n${emphasised(context, `$ ${commandLine}`)}`);
  const exitCode = await run(argv, inside);
  if (exitCode === ExitCode.interrupted) {
    return exitCode;
  }
  context.signal.throwIfAborted();
  if (exitCode !== 0) {
    throw new DemoStoppedError(`the demo stopped: \`${commandLine}\` ended with exit code ${exitCode}`, {
      hint: 'the lines above say why; `oauth-login demo` starts over',
      exitCode,
    });
  }
  return exitCode;
}

function noBrowserHere(person: Person): string {
  return `No browser can be opened here: the demo simulates one over HTTP, as ${person.name}.`;
}

function emphasised(context: Context, text: string): string {
  const colours = context.stdout.isTTY && !context.env.NO_COLOR && context.env.TERM !== 'dumb';
  return colours ? `\u001b[1m${text}\u001b[22m` : text;
}

/** Running text, as wide as the terminal. */
function tell(context: Context, paragraph: string): void {
  say(context, wrappedText(paragraph, context.stdout.columns));
}

function say(context: Context, line: string): void {
  context.stdout.write(`${line}\n`);
}

/** A command of the demo failed and has told why; its exit code is passed on. */
class DemoStoppedError extends OAuthLoginError {
  override readonly name = 'DemoStoppedError';
  readonly exitCode: number;
  constructor(message: string, options: ErrorOptionsWithHint & { readonly exitCode: number }) {
    super('demo_stopped', message, options);
    this.exitCode = options.exitCode;
  }
}
