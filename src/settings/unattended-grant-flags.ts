import { UsageError } from '../ground/errors.ts';
import type { LoginFlags } from './login-flags.ts';

/** The grants that need no End-User, as `--grant` names them. */
export type UnattendedGrant =
  | 'client-credentials'
  | 'refresh-token'
  | 'jwt-bearer'
  | 'token-exchange'
  | 'id-jag';

type SharedFlags = Pick<
  LoginFlags,
  | 'issuer'
  | 'host'
  | 'tenant'
  | 'clientId'
  | 'clientSecretFile'
  | 'scope'
  | 'param'
  | 'store'
  | 'caFile'
  | 'clientCertificateFile'
  | 'clientCertificateKeyFile'
  | 'allowHttpLoopback'
  | 'dpop'
  | 'debug'
>;

/** The flags that concern a grant, as the command line gives them. */
export interface UnattendedFlags extends SharedFlags {
  readonly grant?: string;
  readonly clientAuthentication?: string;
  readonly keyFile?: string;
  readonly keyId?: string;
  readonly audience?: readonly string[];
  readonly resource?: readonly string[];
  readonly subject?: string;
  readonly refreshTokenFile?: string;
  readonly rotateTo?: string;
  readonly identity?: string;
  readonly subjectFrom?: string;
  readonly subjectTokenFile?: string;
  readonly subjectTokenEnv?: string;
  readonly subjectTokenType?: string;
  readonly subjectAudience?: string;
  readonly requestedTokenType?: string;
}

const all: readonly UnattendedGrant[] = [
  'client-credentials',
  'refresh-token',
  'jwt-bearer',
  'token-exchange',
  'id-jag',
];
const exchange: readonly UnattendedGrant[] = ['token-exchange'];
/** The grants that start from a token of somebody else. */
const handedOver: readonly UnattendedGrant[] = ['token-exchange', 'jwt-bearer', 'id-jag'];

/** Which grants a flag belongs to; none of them means anything without `--grant`. */
const uses: readonly (readonly [keyof UnattendedFlags, string, readonly UnattendedGrant[]])[] = [
  ['clientId', '--client-id', all],
  ['clientSecretFile', '--client-secret-file', all],
  ['clientAuthentication', '--client-authentication', all],
  ['keyFile', '--key-file', all],
  ['keyId', '--key-id', all],
  ['scope', '--scope', all],
  ['audience', '--audience', all],
  ['resource', '--resource', all],
  ['param', '--param', all],
  ['store', '--store or --no-store', ['client-credentials', 'jwt-bearer']],
  ['caFile', '--ca-file', all],
  ['clientCertificateFile', '--client-certificate-file', all],
  ['clientCertificateKeyFile', '--client-certificate-key-file', all],
  ['allowHttpLoopback', '--allow-http-loopback', all],
  ['dpop', '--dpop', all],
  ['subject', '--subject', ['jwt-bearer']],
  ['refreshTokenFile', '--refresh-token-file', ['refresh-token']],
  ['rotateTo', '--rotate-to', ['refresh-token']],
  ['identity', '--identity', ['id-jag']],
  ['subjectFrom', '--subject-from', handedOver],
  ['subjectTokenFile', '--subject-token-file', handedOver],
  ['subjectTokenEnv', '--subject-token-env', handedOver],
  ['subjectTokenType', '--subject-token-type', exchange],
  ['subjectAudience', '--subject-audience', handedOver],
  ['requestedTokenType', '--requested-token-type', exchange],
];

/** Reads `--grant`, and throws a `UsageError` for one that is unknown and for a flag that belongs to another grant. */
export function readUnattendedGrant(flags: UnattendedFlags & { readonly grant: string }): UnattendedGrant {
  const grant = all.find((name) => name === flags.grant);
  if (grant === undefined) {
    throw new UsageError('usage_unknown_grant', `there is no grant ${JSON.stringify(flags.grant)}`, {
      hint: `the grants that need no person are ${all.join(', ')}`,
    });
  }
  const stray = uses.find(
    ([name, , grants]) => flags[name] !== undefined && !grants.includes(grant) && !keepsNothing(name, flags),
  );
  if (stray === undefined) {
    return grant;
  }
  throw new UsageError('usage_conflict', `${stray[1]} cannot be used with --grant ${grant}`, {
    hint: `it belongs to --grant ${stray[2].join(' or ')}`,
  });
}

/** Throws a `UsageError` for a flag that would have no effect, since no grant was asked for. */
export function refuseUnattendedFlags(flags: UnattendedFlags): void {
  const stray = uses.find(([name]) => flags[name] !== undefined);
  if (stray === undefined) {
    return;
  }
  throw new UsageError('usage_conflict', `${stray[1]} cannot be used without --grant`, {
    hint: `without --grant the stored token is used; to request one instead, add --grant ${stray[2].join(' or ')}`,
  });
}

/** Whether the flag is `--no-store`. Every grant allows it, also one whose tokens are never kept. */
function keepsNothing(name: keyof UnattendedFlags, flags: UnattendedFlags): boolean {
  return name === 'store' && flags.store === false;
}
