import { checkNames, exitCodeOf, type Finding } from '../doctor/finding.ts';
import { type Emphasis, emphasized, type TerminalLook } from '../ground/terminal-look.ts';
import { wrappedText } from './wrapped-text.ts';

const colours: Readonly<Record<Finding['level'], Emphasis>> = {
  ok: 'good',
  warning: 'caution',
  problem: 'bad',
};

const LEVEL_COLUMNS = Math.max(...Object.keys(colours).map((level) => level.length)) + 2;
const CHECK_COLUMNS = Math.max(...checkNames.map((name) => name.length)) + 2;

/** A finding: its level, its check, what was found and, below, what to do. */
export function findingText(finding: Finding, look: TerminalLook): string {
  const { level, check, message } = finding;
  const first = `${level.padEnd(LEVEL_COLUMNS)}${check.padEnd(CHECK_COLUMNS)}`;
  const lines = [textBeside(first, message, look)];
  if (finding.level !== 'ok') {
    lines.push(textBeside(' '.repeat(first.length), finding.hint, look));
  }
  const text = lines.join('\n');
  return `${emphasized(level, colours[level], look)}${text.slice(level.length)}\n`;
}

/** The last line: how many problems and warnings there are. */
export function summaryText(findings: readonly Finding[]): string {
  const count = (level: Finding['level']) => findings.filter((finding) => finding.level === level).length;
  const problems = count('problem');
  const warnings = count('warning');
  if (problems + warnings === 0) {
    return '\nNo problems found.\n';
  }
  const first = problems > 1 ? '; begin with the first, since others may follow from it' : '';
  return `\n${counted(problems, 'problem')}, ${counted(warnings, 'warning')}${first}.\n`;
}

/** What `doctor --json` answers. */
export function reportDocument(findings: readonly Finding[], version: string): Record<string, unknown> {
  return {
    version,
    exit_code: exitCodeOf(findings),
    checks: findings.map((finding) => ({
      check: finding.check,
      level: finding.level,
      message: finding.message,
      ...(finding.level === 'ok' ? {} : { hint: finding.hint }),
      ...(finding.level === 'problem' ? { code: finding.code, exit_code: finding.exitCode } : {}),
    })),
  };
}

function textBeside(first: string, text: string, { columns }: TerminalLook): string {
  return columns === undefined ? `${first}${text}` : wrappedText(text, columns, first);
}

function counted(count: number, what: string): string {
  return `${count === 0 ? 'no' : count} ${what}${count === 1 ? '' : 's'}`;
}
