import type { OptionValues } from 'commander';
import type { Context } from '../ground/context.ts';
import { CommandLineFault } from './command-line-fault.ts';
import { type CommandName, descriptions } from './descriptions.ts';

/** Runs a command line in a context; gives the exit code. */
export type Run = (argv: readonly string[], context: Context) => Promise<number>;

/** What a command gets besides its flags and words. */
export interface RunParts {
  readonly context: Context;
  readonly run: Run;
  /** The whole command line, as it was typed. */
  readonly argv: readonly string[];
}

/** What each command does with its flags and words; it may give an exit code. Nothing is loaded before. */
export const actions: Readonly<Record<CommandName, Action>> = {
  login: async ({ context, run, argv }, flags, target: string | undefined, person: string | undefined) => {
    if (argv.length === 0) {
      return (await import('./bare-command.ts')).bareCommand(run, context);
    }
    if (flags.resume !== undefined || flags.once === true) {
      return (await import('./resume-login.ts')).resumeLogin(target, flags, context);
    }
    const [{ login, requireTarget }, { orMistypedCommand }] = await Promise.all([
      import('./login.ts'),
      import('./mistyped-command.ts'),
    ]);
    const typed = await requireTarget(target ?? flags.issuer, context);
    const { withPerson } = await import('./person-word.ts');
    await login(typed, withPerson(flags, person), context).catch((error: unknown) => {
      throw orMistypedCommand(error, typed, Object.keys(descriptions));
    });
    return undefined;
  },
  whoami: async ({ context }, flags, target) => {
    await (await import('./whoami.ts')).whoami(target, flags, context);
  },
  token: async ({ context }, flags, target) => {
    await signInFirst(target, flags, context);
    await (await import('./token.ts')).token(target, flags, context);
  },
  exec: async ({ context, argv }, flags, target, words) => {
    const { commandOf, runWithToken } = await import('./exec.ts');
    const { target: own, command } = commandOf(argv, target, words, flags);
    await signInFirst(own, flags, context);
    return runWithToken(own, command, flags, context);
  },
  keep: async ({ context }, flags, target, file) => {
    await signInFirst(target, flags, context);
    await (await import('./keep.ts')).keep(target, file, flags, context);
  },
  request: async ({ context }, flags, target, url) => {
    // An API that is named by its address is asked there.
    const address = url ?? (await addressIn(target));
    await signInFirst(target, flags, context);
    await (await import('./request.ts')).request(target, address, flags, context);
  },
  credential: async ({ context }, flags, kind, words) => {
    return (await import('./credential.ts')).credential(kind, words, flags, context);
  },
  proxy: async ({ context, argv }, flags, target, words) => {
    if (words.length > 0 || argv.includes('--')) {
      (await import('./exec.ts')).requireSeparator(argv, target, words, 'proxy');
    }
    await signInFirst(target, flags, context);
    return (await import('./proxy.ts')).proxy(target, words, flags, context);
  },
  status: async ({ context }, flags) => {
    await (await import('./status.ts')).status(flags, context);
  },
  use: async ({ context }, flags, account, directory) => {
    await (await import('./use.ts')).use(account, directory, flags, context);
  },
  switch: async ({ context }, flags, account) => {
    await (await import('./switch.ts')).switchAccount(account, flags, context);
  },
  logout: async ({ context }, flags, target) => {
    await (await import('./logout.ts')).logout(target, flags, context);
  },
  forget: async ({ context }, flags) => {
    await (await import('./forget.ts')).forget(flags, context);
  },
  export: async ({ context }, flags, target) => {
    await (await import('./export.ts')).exportToFile(target, flags, context);
  },
  import: async ({ context }, flags, file) => {
    await (await import('./import.ts')).importFrom(file, flags, context);
  },
  providers: async ({ context }, flags, name, file) => {
    const { isProviderAction, changeProviders } = await import('./provider-files.ts');
    if (isProviderAction(name, file)) {
      await changeProviders(name, file, flags, context);
    } else {
      await (await import('./providers.ts')).providers(name, flags, context);
    }
  },
  setup: async ({ context }, flags, name) => {
    await (await import('./setup.ts')).setup(name, flags, context);
  },
  doctor: async ({ context }, flags, target) => {
    return (await import('./doctor.ts')).doctor(target, flags, context);
  },
  completion: async ({ context, argv }, _flags, shell, words) => {
    // The scripts ask after two dashes, and people do not.
    if (words.length > 0 && !argv.includes('--')) {
      (await import('./completion.ts')).refuseWords(words);
    }
    await (await import('./completion.ts')).completion(shell, words, context);
  },
  demo: async ({ context, run }, flags) => {
    return (await import('./demo.ts')).demo(run, flags, context);
  },
};

async function signInFirst(target: string | undefined, flags: OptionValues, context: Context): Promise<void> {
  if (flags.login === true) {
    await (await import('./sign-in-first.ts')).signInFirst(target, flags, context);
  }
}

// The words and flags are as the description says, which commander's types do not know.
type Action = (
  surroundings: RunParts,
  flags: OptionValues,
  ...words: OptionValues[string][]
) => Promise<number | undefined>;

/** Throws a `CommandLineFault` for what is no address, and for an address of a provider that has a name. */
async function addressIn(target: string): Promise<string> {
  const { presetOfHost } = await import('../providers/catalogue.ts');
  const host = /^https?:\/\//i.test(target) && URL.canParse(target) ? new URL(target).hostname : undefined;
  const isOfProvider = (name: string) => presetOfHost(name) !== undefined;
  if (host === undefined || isOfProvider(host) || isOfProvider(host.split('.').slice(-2).join('.'))) {
    throw new CommandLineFault({ kind: 'missing-argument', argument: 'url' });
  }
  return target;
}
