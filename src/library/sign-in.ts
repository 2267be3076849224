import { openSession } from '../accounts/session.ts';
import type { Context } from '../ground/context.ts';
import { AbortedError, StoreError } from '../ground/errors.ts';
import { Secret } from '../ground/secret.ts';
import { setupNotes } from '../output/setup-note-text.ts';
import type { SignInEvent } from '../output/sign-in-event.ts';
import { chooseServer, signInQuestions } from '../output/sign-in-questions.ts';
import type { LoginFlags } from '../settings/login-flags.ts';
import { registerAtSignIn } from '../setup/guide-registration.ts';
import { settingsOfAddress } from '../sign-in/resource-settings.ts';
import { signIn } from '../sign-in/sign-in.ts';
import { openAccount } from './account.ts';
import type { Account } from './interface.ts';
import { openProgram, type Program } from './program.ts';
import * as kind from './read-options.ts';
import { requireTarget } from './require-target.ts';
import { type Show, showEvents, showWords } from './show.ts';
import { followSignal } from './stop.ts';
import { toldToProgram } from './told-error.ts';

const kinds = {
  name: kind.text,
  passphrase: kind.text,
  host: kind.text,
  tenant: kind.text,
  issuer: kind.text,
  signal: kind.signal,
  clientId: kind.text,
  clientSecret: kind.text,
  scopes: kind.texts,
  show: kind.callback,
  openBrowser: kind.flag,
  device: kind.flag,
  redirectUri: kind.text,
  loginHint: kind.text,
  parameters: kind.textMembers,
  timeout: kind.seconds(1, 3600),
  store: kind.oneOf('keychain', 'passphrase', 'file'),
  dpop: kind.flag,
  clientCertificateFile: kind.text,
  clientCertificateKeyFile: kind.text,
  caFile: kind.text,
  allowHttpLoopback: kind.flag,
  agree: kind.flag,
};

type Options = kind.OptionsOf<typeof kinds>;

/**
 * Signs a person in, keeps the account, and gives it. Waits for the person.
 *
 * Throws any error of the family, and what the function `show` threw.
 */
export async function signInAccount(target: unknown, given: unknown): Promise<Account> {
  const options = kind.readOptions('signIn', given, kinds);
  const named = requireTarget('signIn', target);
  const program = openProgram(options);
  const { controller, release } = followSignal(options.signal);
  const show = showOf(options, controller);
  try {
    const account = await signInWith(
      named,
      options,
      program,
      program.attended(controller, !options.show),
      show,
    );
    show.throwFailure();
    return account;
  } catch (error) {
    show.throwFailure();
    const told = toldToProgram(stoppedOr(error, controller.signal), program.name);
    show.failed(told);
    show.throwFailure();
    throw told;
  } finally {
    release();
  }
}

function showOf({ show }: Options, stop: AbortController): Show {
  return show === undefined ? showWords() : showEvents((event: SignInEvent) => show(event), stop);
}

async function signInWith(
  target: string,
  options: Options,
  program: Program,
  context: Context,
  show: Show,
): Promise<Account> {
  const session = openSession(context);
  const flags = flagsOf(options);
  const { settings, explained } = await settingsOfAddress(target, flags, session, chooseServer(context));
  const { clientSecret } = options;
  const own = clientSecret === undefined ? {} : { clientSecret: new Secret(clientSecret) };
  const { label } = settings.provider;
  try {
    const { account } = await signIn({ settings: { ...settings, ...own }, wanted: undefined }, session, {
      progress: show.progressOf(label, context),
      questions: signInQuestions(label, context),
      registerClient: (found) => registerAtSignIn(found, { context, note: setupNotes(context) }),
    });
    return openAccount({ kind: 'account', head: account }, target, {}, program);
  } catch (error) {
    throw explained(error);
  }
}

/** The flags of the command that say the same; they inherit nothing, as the options do. */
function flagsOf(options: Options): LoginFlags {
  const { host, tenant, issuer, clientId, scopes, openBrowser, device, redirectUri, loginHint, caFile } =
    options;
  const { parameters, timeout, store, allowHttpLoopback, agree, show } = options;
  const { dpop, clientCertificateFile, clientCertificateKeyFile } = options;
  const flags = {
    host,
    tenant,
    issuer,
    clientId,
    scope: scopes,
    browser: openBrowser,
    device,
    redirectUri,
    loginHint,
    param: parameters && Object.entries(parameters).map(([name, value]) => `${name}=${value}`),
    timeout: timeout === undefined ? undefined : String(timeout),
    store,
    dpop,
    clientCertificateFile,
    clientCertificateKeyFile,
    caFile,
    allowHttpLoopback,
    yes: agree,
    events: show !== undefined,
  };
  const given = Object.entries(flags).filter(([, value]) => value !== undefined);
  return Object.assign(Object.create(null), Object.fromEntries(given));
}

/** Whatever came of it that the sign-in was stopped; a file that cannot be written is told all the same. */
function stoppedOr(error: unknown, signal: AbortSignal): unknown {
  if (!signal.aborted || error instanceof StoreError) {
    return error;
  }
  return signal.reason instanceof AbortedError ? signal.reason : error;
}
