import { UsageError } from '../ground/errors.ts';
import type { UnattendedFlags } from './unattended-grant-flags.ts';

/** Where the subject token of an exchange comes from; `variable`: the provider's own one. */
export type SubjectTokenSource =
  | { readonly kind: 'variable' }
  | { readonly kind: 'environment'; readonly name: string }
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'ci' }
  /** The ID Token of a stored account, by the target that names it. */
  | { readonly kind: 'account'; readonly target: string };

/** Where the flags say that the subject token is; throws a `UsageError` when they name more than one place. */
export function subjectTokenSource(flags: UnattendedFlags): SubjectTokenSource {
  const { subjectFrom, subjectTokenFile, subjectTokenEnv } = flags;
  const given = [subjectFrom, subjectTokenFile, subjectTokenEnv].filter((text) => text !== undefined);
  if (given.length > 1) {
    throw new UsageError('usage_conflict', 'the subject token can come from one place only', {
      hint: 'give one of --subject-from ci, --subject-from account:NAME, --subject-token-file FILE and --subject-token-env NAME',
    });
  }
  if (subjectFrom !== undefined) {
    if (subjectFrom === 'ci') {
      return { kind: 'ci' };
    }
    const account = /^account:([\x21-\x7e]+)$/.exec(subjectFrom)?.[1];
    if (account !== undefined) {
      return { kind: 'account', target: account };
    }
    throw new UsageError('usage_invalid', `--subject-from does not take ${JSON.stringify(subjectFrom)}`, {
      hint: 'for the identity of the CI job, use --subject-from ci; for the ID Token of an account, --subject-from account:NAME; for another token, --subject-token-file or --subject-token-env',
    });
  }
  if (subjectTokenEnv !== undefined) {
    if (/^[A-Za-z_][A-Za-z0-9_]{0,127}$/.test(subjectTokenEnv)) {
      return { kind: 'environment', name: subjectTokenEnv };
    }
    // The text is not repeated: it may be the token itself, given to the wrong flag.
    throw new UsageError('usage_invalid', '--subject-token-env takes the name of a variable', {
      hint: 'for example --subject-token-env ID_TOKEN, without a dollar sign',
    });
  }
  return subjectTokenFile === undefined ? { kind: 'variable' } : { kind: 'file', path: subjectTokenFile };
}
