import { openSession } from '../accounts/session.ts';
import type { Context } from '../ground/context.ts';
import { UsageError } from '../ground/errors.ts';
import { shellQuoted } from '../ground/file-system-words.ts';
import { signedInText } from '../output/account-text.ts';
import { accountDocument, jsonText } from '../output/json.ts';
import { setupNotes } from '../output/setup-note-text.ts';
import { signInEvents } from '../output/sign-in-events.ts';
import { chooseServer, signInQuestions } from '../output/sign-in-questions.ts';
import { signInWords } from '../output/sign-in-words.ts';
import { writeWords } from '../output/write-words.ts';
import { readConfiguration } from '../settings/configuration.ts';
import type { LoginFlags } from '../settings/login-flags.ts';
import type { LoginSettings } from '../settings/login-settings.ts';
import { registerAtSignIn } from '../setup/guide-registration.ts';
import type { SignInPorts } from '../sign-in/ports.ts';
import { settingsOfAddress } from '../sign-in/resource-settings.ts';
import { type SignedIn, signIn } from '../sign-in/sign-in.ts';
import { askedSignIn } from './asked-sign-in.ts';

/** `oauth-login login`: signs the End-User in, keeps the account and says who it is. */
export async function login(typed: string, given: LoginFlags, context: Context): Promise<void> {
  const session = openSession(context);
  const { target, flags, wanted } = await askedSignIn(typed, given, session);
  const { settings, explained } = await settingsOfAddress(target, flags, session, chooseServer(context));
  const ports = signInPorts(settings.provider.label, settings, context);
  if (!settings.waits) {
    const { beginLogin } = await import('./begin-login.ts');
    return beginLogin({ settings, wanted }, session, ports).catch((error: unknown) => {
      throw explained(error);
    });
  }
  const signedIn = await signIn({ settings, wanted }, session, ports).catch((error: unknown) => {
    throw explained(error);
  });
  writeSignedIn(signedIn, settings, context);
}

/** The person at the terminal, or the program that shows the sign-in to a person. */
export function signInPorts(label: string, settings: LoginSettings, context: Context): SignInPorts {
  return {
    progress: settings.events ? signInEvents(label, context) : signInWords(label, settings, context),
    questions: signInQuestions(label, context),
    registerClient: (found) => registerAtSignIn(found, { context, note: setupNotes(context) }),
  };
}

/** Says who has signed in. */
export function writeSignedIn(
  signedIn: SignedIn,
  settings: Pick<LoginSettings, 'json'>,
  context: Context,
): void {
  const text = answer(signedIn, settings, context.clock.now());
  if (settings.json) {
    context.stdout.write(text);
  } else {
    writeWords(context, text, 'done');
  }
}

function answer(
  { account, isKept, missingScopes }: SignedIn,
  { json }: Pick<LoginSettings, 'json'>,
  now: Date,
): string {
  if (!json) {
    return signedInText(account, isKept ? 'kept' : 'not kept', missingScopes, now);
  }
  const store = isKept ? {} : { store: null };
  return jsonText({ ...accountDocument(account, now), missing_scopes: missingScopes, ...store });
}

/** The target of a sign-in; throws a `UsageError` when none was given. */
export async function requireTarget(target: string | undefined, context: Context): Promise<string> {
  if (target !== undefined && target.trim() !== '') {
    return target;
  }
  throw await noTarget(context);
}

/** The error for a sign-in without a target; its example is a provider of the user's own, where there is one. */
export async function noTarget({ paths }: Pick<Context, 'paths'>): Promise<UsageError> {
  const [configured = 'github'] = (await readConfiguration(paths)).providers.keys();
  return new UsageError('usage_invalid', 'sign in to what?', {
    hint: `for example oauth-login ${shellQuoted(configured)}; oauth-login providers lists the names, oauth-login --help the commands`,
  });
}
