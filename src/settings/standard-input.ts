import { UsageError } from '../ground/errors.ts';
import type { UnattendedFlags } from './unattended-grant-flags.ts';

/**
 * Throws a `UsageError` when more than one flag reads standard input, which can be read once. `others` are flags of
 * the command that read it besides those of the grant.
 */
export function refuseTwoInputs(flags: UnattendedFlags, others: readonly string[] = []): void {
  const files = [
    ['--client-secret-file', flags.clientSecretFile],
    ['--key-file', flags.keyFile],
    ['--refresh-token-file', flags.refreshTokenFile],
    ['--subject-token-file', flags.subjectTokenFile],
  ].flatMap(([flag = '', path]) => (path === '-' ? [flag] : []));
  const readers = [...files, ...others];
  if (readers.length < 2) {
    return;
  }
  throw new UsageError('usage_conflict', `${readers.join(' and ')} cannot both be standard input`, {
    hint: 'put one of them into a file that only you can read, or into its variable',
  });
}
