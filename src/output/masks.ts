import type { Environment } from '../ground/context.ts';
import { ProtocolError } from '../ground/errors.ts';
import type { Secret } from '../ground/secret.ts';
import { jsonText } from './json.ts';
import { fishWord, posixWord, powershellLiteral } from './token-formats/shell.ts';

/** How the runner of a CI job is told that a text is a secret. */
interface Runner {
  readonly command: string;
  /** The spelling of a percent sign there, because commands are decoded. */
  readonly percent: string;
}

function runnerOf({ GITHUB_ACTIONS, TF_BUILD }: Environment): Runner | undefined {
  if (GITHUB_ACTIONS === 'true') {
    return { command: '::add-mask::', percent: '%25' };
  }
  if (TF_BUILD?.toLowerCase() === 'true') {
    return { command: '##vso[task.setsecret]', percent: '%AZP25' };
  }
  return undefined;
}

/**
 * The lines that have GitHub Actions or Azure Pipelines hide the token in the log; empty everywhere else, where these
 * lines would be the leak.
 *
 * The spellings that quotes and escapes give the token are hidden as well; the runner adds the encoded ones itself.
 * Throws a `ProtocolError` when the token itself would be taken for a command.
 *
 * @see https://docs.github.com/actions/reference/workflow-commands-for-github-actions#masking-a-value-in-a-log
 */
export function maskLines(token: Secret, env: Environment): string {
  const runner = runnerOf(env);
  if (runner === undefined) {
    return '';
  }
  const raw = token.reveal();
  if (/^::|##\[|##vso\[/i.test(raw)) {
    throw new ProtocolError(
      'protocol_invalid_response',
      'the access token looks like a command to the CI system',
      {
        hint: 'it was not printed; check the server that issued it',
      },
    );
  }
  const words = [posixWord(raw), fishWord(raw), powershellLiteral(raw), jsonText(raw).trimEnd()];
  return [...new Set([raw, ...words.map((word) => word.slice(1, -1))])]
    .map((text) => `${runner.command}${text.replaceAll('%', runner.percent)}\n`)
    .join('');
}
