import type { Context } from '../ground/context.ts';
import { defined } from '../ground/defined.ts';
import { UsageError } from '../ground/errors.ts';
import { notConfiguredText } from '../output/moving-text.ts';
import { type ImportWish, importAccount } from '../setup/import-account.ts';
import type { ImportLoginFlags } from './import-login.ts';
import { openAccess } from './open-access.ts';
import { writeImported } from './write-imported.ts';

/** The flags of `import`. */
export interface ImportFlags extends ImportWish, Omit<ImportLoginFlags, 'store'> {}

/** `oauth-login import`: takes in an account that `export` wrote on another machine, or a login of another program. */
export async function importFrom(
  path: string | undefined,
  flags: ImportFlags,
  context: Context,
): Promise<void> {
  if (flags.from !== undefined) {
    const { importLogin } = await import('./import-login.ts');
    return importLogin(path, flags, context);
  }
  if (path === undefined) {
    throw new UsageError('usage_invalid', 'which file should be imported?', {
      hint: 'name a file that was exported (with: oauth-login export github --to FILE); for the client file of a provider, use: oauth-login setup google --from client_secret.json',
    });
  }
  if (path === '-') {
    throw new UsageError('usage_invalid', 'an account is read from a file, and not from standard input', {
      hint: 'name the file that was exported, for example: oauth-login import github.export',
    });
  }
  refuseFlagsOfFrom(flags);
  const { head, refusal, lostAlias } = await importAccount(path, flags, openAccess(flags, context));
  writeImported({ head, ...defined({ lostAlias }) }, flags, context);
  if (refusal !== undefined) {
    context.stderr.write(notConfiguredText(head, refusal));
  }
}

/** Flags of a sign-in, which an exported account brings with it. */
const flagsOfFrom = {
  as: '--as',
  account: '--account',
  host: '--host',
  issuer: '--issuer',
  clientId: '--client-id',
  clientSecretFile: '--client-secret-file',
  scope: '--scope',
  allowHttpLoopback: '--allow-http-loopback',
} as const;

/** Throws a `UsageError` for a flag that would say nothing here, before anything is read or replaced. */
function refuseFlagsOfFrom(flags: ImportFlags): void {
  const given = Object.entries(flagsOfFrom).flatMap(([member, flag]) =>
    flags[member as keyof typeof flagsOfFrom] === undefined ? [] : [flag],
  );
  if (given.length > 0) {
    throw new UsageError('usage_conflict', `${given.join(' and ')} can only be used together with --from`, {
      hint: 'leave it out: the file says it already; --from takes a login of gh or gcloud, or a refresh token',
    });
  }
}
