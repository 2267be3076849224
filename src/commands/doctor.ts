import packageJson from '../../package.json' with { type: 'json' };
import { openSession } from '../accounts/session.ts';
import type { ExaminedFlags } from '../doctor/check.ts';
import { examine } from '../doctor/examine.ts';
import { exitCodeOf, type Finding } from '../doctor/finding.ts';
import type { Context } from '../ground/context.ts';
import { terminalLookOf } from '../ground/terminal-look.ts';
import { findingText, reportDocument, summaryText } from '../output/doctor-text.ts';
import { jsonText } from '../output/json.ts';

/** The flags of `doctor`. */
export interface DoctorFlags extends ExaminedFlags {
  readonly json?: boolean;
}

/**
 * `oauth-login doctor`: examines this machine, and the target where there is one. Each finding is shown as soon as those
 * before it are known. Gives the exit code of the first problem.
 */
export async function doctor(
  target: string | undefined,
  flags: DoctorFlags,
  context: Context,
): Promise<number> {
  const session = openSession(context);
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
