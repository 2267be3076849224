import type { AccessSession } from '../access/access-session.ts';
import type { Context } from '../ground/context.ts';
import {
  AbortedError,
  AuthenticationRequiredError,
  ConfigurationError,
  UsageError,
} from '../ground/errors.ts';
import { isInteractive } from '../ground/presence.ts';
import {
  everythingText,
  forgetError,
  forgetStepDocument,
  forgetStepText,
  resultOf,
} from '../output/forget-text.ts';
import { jsonText } from '../output/json.ts';
import { remainingHelperText } from '../output/remaining-helper-text.ts';
import { problemText } from '../output/text.ts';
import { writeWords } from '../output/write-words.ts';
import { type ForgetStep, forgetEverything, lookAtEverything } from '../setup/forget-everything.ts';
import { remainingHelpers } from '../setup/remaining-helpers.ts';
import { openAccess } from './open-access.ts';

/** The flags of `forget`. */
export interface ForgetFlags {
  readonly everything?: boolean;
  readonly yes?: boolean;
  readonly json?: boolean;
  readonly debug?: boolean;
}

/**
 * `oauth-login forget --everything`: signs out, deletes what this tool registered, and leaves no file and no key of this
 * tool on the machine. Each step says what happened; what is still alive somewhere is an error at the end.
 */
export async function forget(flags: ForgetFlags, context: Context): Promise<void> {
  if (flags.everything !== true) {
    throw new UsageError('usage_invalid', 'forget needs --everything', {
      hint: 'to remove all that is kept on this machine: oauth-login forget --everything; to sign out of one provider: oauth-login logout github',
    });
  }
  const access = await withoutBrokenConfiguration(openAccess(flags, context), flags);
  const everything = await lookAtEverything(access);
  const isEmpty = everything.directories.length === 0;
  if (!isEmpty) {
    context.stderr.write(everythingText(everything));
    await agree(flags, context);
  }
  const steps: ForgetStep[] = [];
  await forgetEverything(everything, access, (step) => {
    steps.push(step);
    const text = forgetStepText(step);
    if (flags.json !== true && text !== '') {
      writeWords(context, text, resultOf(step) === 'done' ? 'done' : 'words');
    }
  });
  if (flags.json) {
    context.stdout.write(jsonText(steps.map(forgetStepDocument)));
  } else if (isEmpty) {
    writeWords(context, 'There is nothing to remove.\n');
  }
  for (const remaining of remainingHelpers(context)) {
    context.stderr.write(remainingHelperText(remaining));
  }
  const [first, ...others] = steps
    .filter((step) => resultOf(step) === 'failed')
    .flatMap((step) => forgetError(step) ?? []);
  if (flags.json !== true) {
    for (const error of others) {
      context.stderr.write(problemText('warning', error));
    }
  }
  if (first !== undefined) {
    throw first;
  }
}

/**
 * The same session; where the configuration cannot be read, one without any, which is said. Each account has the endpoints of
 * its server with it, and a slip in a file that is removed anyway keeps nobody signed in.
 */
async function withoutBrokenConfiguration(
  access: AccessSession,
  { json }: ForgetFlags,
): Promise<AccessSession> {
  try {
    await access.configuration();
    return access;
  } catch (error) {
    if (!(error instanceof ConfigurationError)) {
      throw error;
    }
    if (json !== true) {
      access.context.stderr.write(problemText('warning', error));
      access.context.stderr.write('note: this goes on without the configuration\n');
    }
    return { ...access, configuration: async () => ({ providers: new Map() }) };
  }
}

async function agree({ yes }: ForgetFlags, context: Context): Promise<void> {
  if (yes === true) {
    return;
  }
  if (!isInteractive(context)) {
    throw new AuthenticationRequiredError(
      'person_required',
      'nothing was removed, because nobody could be asked',
      { hint: 'if all of this may go: oauth-login forget --everything --yes' },
    );
  }
  const prompts = await context.openPrompts();
  if (!(await prompts.confirm('Remove all of it?', false))) {
    throw new AbortedError('stopped; nothing was removed', 'to sign out only: oauth-login logout --all');
  }
}
