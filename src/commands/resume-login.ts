import { isSignInId } from '../accounts/begun-sign-ins.ts';
import { openSession } from '../accounts/session.ts';
import type { Context } from '../ground/context.ts';
import { defined } from '../ground/defined.ts';
import { ExitCode, UsageError } from '../ground/errors.ts';
import { standingDocument, standingText } from '../output/begun-sign-in-text.ts';
import { jsonText } from '../output/json.ts';
import { writeWords } from '../output/write-words.ts';
import type { LoginFlags } from '../settings/login-flags.ts';
import { secondsSetting } from '../settings/seconds.ts';
import { type Resumed, resumeSignIn } from '../sign-in/resume-sign-in.ts';
import { signInPorts, writeSignedIn } from './login.ts';

/** The flags of `login --resume`. */
export interface ResumeFlags extends Pick<LoginFlags, 'timeout' | 'json' | 'debug' | 'wait'> {
  readonly resume?: string;
  readonly once?: boolean;
}

/** What the exit code says of a sign-in with `--once`. */
const exitCodes: Readonly<Record<Exclude<Resumed['kind'], 'done'>, number>> = {
  pending: ExitCode.authenticationRequired,
  denied: ExitCode.refused,
  expired: ExitCode.authenticationRequired,
};

/** `oauth-login login --resume ID`: goes on with a sign-in that was begun with `--no-wait`; gives the exit code. */
export async function resumeLogin(
  target: string | undefined,
  flags: ResumeFlags,
  context: Context,
): Promise<number> {
  const id = requireId(target, flags);
  const { json = false, debug = false, once = false, timeout } = flags;
  const timeoutSeconds =
    timeout === undefined
      ? undefined
      : secondsSetting('--timeout', timeout, { standard: 0, least: 1, most: 3600 });
  const ports = (label: string, settings: Parameters<typeof signInPorts>[1]) => {
    const made = signInPorts(label, settings, context);
    // A program has shown the address or the code already: the first call gave it.
    return json ? { ...made, progress: { ...made.progress, authorizationUri() {}, userCode() {} } } : made;
  };
  const options = { once, debug, ports, ...defined({ timeoutSeconds }) };
  const resumed = await resumeSignIn(id, options, openSession(context));
  if (resumed.kind !== 'done') {
    if (json) {
      context.stdout.write(jsonText(standingDocument(resumed)));
    } else {
      writeWords(context, standingText(resumed));
    }
    return exitCodes[resumed.kind];
  }
  if (json && once) {
    context.stdout.write(jsonText(standingDocument(resumed, context.clock.now())));
  } else {
    writeSignedIn(resumed.signedIn, { json }, context);
  }
  return ExitCode.done;
}

function requireId(target: string | undefined, { resume, wait }: ResumeFlags): string {
  if (resume === undefined) {
    throw new UsageError('usage_invalid', '--once needs --resume', {
      hint: 'oauth-login status lists the sign-ins that wait, with the command to go on',
    });
  }
  if (wait === false) {
    throw new UsageError('usage_conflict', '--no-wait begins a sign-in, and --resume goes on with one', {
      hint: 'use one of them; --resume with --once does not wait either',
    });
  }
  if (target !== undefined) {
    throw new UsageError('usage_conflict', '--resume goes on with one sign-in, and takes no target', {
      hint: `use: oauth-login login --resume ${isSignInId(resume) ? resume : 'ID'}`,
    });
  }
  if (isSignInId(resume)) {
    return resume;
  }
  throw new UsageError('usage_invalid', '--resume takes the id that --no-wait has printed: 32 hex digits', {
    hint: 'oauth-login status lists the sign-ins that wait, with the command to go on',
  });
}
