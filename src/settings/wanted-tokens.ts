import { UsageError } from '../ground/errors.ts';
import { shellQuoted } from '../ground/file-system-words.ts';

/** A token that a command is to get. */
export interface WantedToken {
  readonly target: string;
  /** The variable that holds it; absent: the one that is named after the provider. */
  readonly as?: string;
  /** It is named in front of the command, so the flags that choose an account are about it. */
  readonly isMain: boolean;
}

/** A variable and the target of its token, as in `GH_TOKEN=github`. */
const NAMED_TARGET = /^([^=]*)=(.*)$/s;

/** Whether each value of `--as` names a target of its own, so that none is needed besides. */
export function areAllNamed(as: readonly string[] = []): boolean {
  return as.length > 0 && as.every((text) => NAMED_TARGET.test(text));
}

/**
 * The tokens that `exec` puts into variables: that of the target, and one for each `--as NAME=TARGET`.
 *
 * Throws a `UsageError` where two variables are named for one token, or one variable for two.
 */
export function wantedTokens(target: string | undefined, as: readonly string[] = []): readonly WantedToken[] {
  const named = as.flatMap((text) => {
    const [, variable = '', of = ''] = NAMED_TARGET.exec(text) ?? [];
    return NAMED_TARGET.test(text) ? [{ target: of, as: variable, isMain: false }] : [];
  });
  const [own, another] = as.filter((text) => !NAMED_TARGET.test(text));
  if (another !== undefined) {
    throw new UsageError('usage_invalid', `whose token should ${shellQuoted(another)} hold?`, {
      hint: `name its target, for example: --as ${shellQuoted(`${another}=github`)}`,
    });
  }
  const main =
    target === undefined ? [] : [{ target, isMain: true, ...(own === undefined ? {} : { as: own }) }];
  const empty = named.find((wanted) => wanted.target === '');
  if (empty !== undefined) {
    throw new UsageError('usage_invalid', `whose token should ${shellQuoted(empty.as)} hold?`, {
      hint: `name its target, for example: --as ${shellQuoted(`${empty.as}=github`)}`,
    });
  }
  return [...main, ...named];
}

/** Throws a `UsageError` where two tokens are meant for one variable. */
export function refuseSameVariable(variables: readonly string[]): void {
  const twice = variables.find((name, index) => variables.indexOf(name) !== index);
  if (twice !== undefined) {
    throw new UsageError('usage_conflict', `two tokens are meant for the variable ${twice}`, {
      hint: 'name another variable for one of them, with --as NAME=TARGET',
    });
  }
}
