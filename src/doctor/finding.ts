import type { ErrorCode } from '../ground/error-code.ts';
import type { OAuthLoginError } from '../ground/errors.ts';

/** Every check, in the order in which its findings are told: what others stand on comes first. */
export const checkNames = [
  'version',
  'runtime',
  'environment',
  'terminal',
  'browser',
  'listener',
  'configuration',
  'permissions',
  'disk',
  'keychain',
  'key',
  'accounts',
  'client',
  'proxy',
  'certificates',
  'dns',
  'connection',
  'clock',
  'metadata',
  'redirect',
] as const;

/** What a finding is about; programs rely on these names, so one never changes its meaning. */
export type CheckName = (typeof checkNames)[number];

/** What a check found. */
export type Finding =
  | { readonly check: CheckName; readonly level: 'ok'; readonly message: string }
  | {
      readonly check: CheckName;
      /** Sign-ins work, though not as they could, or not for long. */
      readonly level: 'warning';
      readonly message: string;
      readonly hint: string;
    }
  | {
      readonly check: CheckName;
      /** Something does not work. */
      readonly level: 'problem';
      readonly message: string;
      readonly hint: string;
      readonly code: ErrorCode;
      readonly exitCode: number;
    };

/** What works. */
export function fine(check: CheckName, message: string): Finding {
  return { check, level: 'ok', message };
}

/** What works, but not as it could; the hint says what to do. */
export function warning(
  check: CheckName,
  { message, hint }: { readonly message: string; readonly hint: string },
): Finding {
  return { check, level: 'warning', message, hint };
}

/** What does not work, by the error that a command would end with. */
export function problem(check: CheckName, { message, hint, code, exitCode }: OAuthLoginError): Finding {
  return { check, level: 'problem', message, hint, code, exitCode };
}

/** The exit code of the first problem, which is the one to solve first; 0 when there is none. */
export function exitCodeOf(findings: readonly Finding[]): number {
  const first = findings.find((finding) => finding.level === 'problem');
  return first === undefined ? 0 : first.exitCode;
}
