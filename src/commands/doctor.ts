import packageJson from '../../package.json' with { type: 'json' };
import type { AccountHead } from '../accounts/account.ts';
import { openSession, type Session } from '../accounts/session.ts';
import type { ExaminedFlags } from '../doctor/check.ts';
import { examine } from '../doctor/examine.ts';
import { exitCodeOf, type Finding } from '../doctor/finding.ts';
import type { Context } from '../ground/context.ts';
import { OAuthLoginError } from '../ground/errors.ts';
import { shellWords } from '../ground/file-system-words.ts';
import { terminalLookOf } from '../ground/terminal-look.ts';
import { findingText, reportDocument, summaryText } from '../output/doctor-text.ts';
import { jsonText } from '../output/json.ts';
import { withNamedAccount } from '../settings/named-account.ts';
import { flagsOf, knownAccount } from './asked-sign-in.ts';

/** The flags of `doctor`. */
export interface DoctorFlags extends ExaminedFlags {
  readonly json?: boolean;
}

/**
 * `oauth-login doctor`: examines this machine, and the target where there is one. Each finding is shown as soon as those
 * before it are known. Gives the exit code of the first problem.
 */
export async function doctor(
  typed: string | undefined,
  given: DoctorFlags,
  context: Context,
): Promise<number> {
  const session = openSession(context);
  const [target, flags] = typed === undefined ? [typed, given] : await examinedTarget(typed, given, session);
  const look = terminalLookOf(context.stdout, context);
  const findings: Finding[] = [];
  for await (const finding of examine({ session, target, flags })) {
    findings.push(finding);
    if (!flags.json) {
      context.stdout.write(findingText(finding, look));
    }
  }
  context.stdout.write(
    flags.json ? jsonText(reportDocument(findings, packageJson.version)) : summaryText(findings),
  );
  return exitCodeOf(findings);
}

/** The target without the name of an account; where it is the name of one, the words that were typed at its sign-in. */
async function examinedTarget(
  typed: string,
  flags: DoctorFlags,
  session: Session,
): Promise<readonly [string, DoctorFlags]> {
  const [target] = withNamedAccount(typed, {});
  let known: AccountHead | undefined;
  try {
    known = await knownAccount(target, session);
  } catch (error) {
    if (!(error instanceof OAuthLoginError)) {
      throw error;
    }
    // What keeps the accounts or the configuration from being read is a finding.
  }
  if (known === undefined) {
    return [target, flags];
  }
  const [first = target, ...words] = shellWords(known.target);
  return [first, { ...flagsOf(words), ...flags }];
}
