import type { AccountHead } from '../accounts/account.ts';
import { openProofKey, type TokenBinding } from '../credential/dpop/proof-key.ts';
import type { CodeAttempt } from '../grants/code-attempt.ts';
import type { Clock } from '../ground/context.ts';
import { plainObject } from '../ground/plain-json.ts';
import { Secret } from '../ground/secret.ts';
import type { OAuthClient } from '../protocol/client-authentication.ts';
import type { ResolvedProvider } from '../providers/provider.ts';
import type { Round } from './keep-sign-in.ts';
import type { Destination, RegisteredSettings } from './stages.ts';

/** An authorization request whose response is waited for. */
export interface BegunCode {
  readonly kind: 'authorization_code';
  readonly attempt: CodeAttempt;
  readonly redirectUri: string;
  readonly authorizationUri: string;
}

/** A device code that the person has to approve. */
export interface BegunDevice {
  readonly kind: 'device_code';
  readonly deviceCode: Secret;
  readonly codeVerifier: string | undefined;
  readonly userCode: string;
  readonly verificationUri: string;
  /** Seconds between two polls. */
  readonly interval: number;
  /** Before this instant, in milliseconds, the server is not to be asked again. */
  readonly nextPollAt: number;
}

/** Everything that a sign-in in two calls needs to go on: what was decided before the person was sent to the server. */
export interface BegunRecord {
  readonly settings: RegisteredSettings;
  readonly provider: ResolvedProvider;
  readonly client: OAuthClient;
  /** The key that the tokens are to be bound to (RFC 9449). */
  readonly binding?: TokenBinding;
  readonly destination: Destination;
  readonly wanted: AccountHead | undefined;
  readonly round: Round;
  readonly grant: BegunCode | BegunDevice;
}

/** The record as the sealed part of its file: plain data, with the secrets as texts. */
export function sealedRecord({ settings, client, grant, binding, ...others }: BegunRecord): object {
  const { clientSecret: _, ...plainSettings } = settings;
  return {
    ...others,
    settings: plainSettings,
    client: {
      ...client,
      clientSecret: client.clientSecret?.reveal(),
      clientKey: client.clientKey?.reveal(),
    },
    ...(binding === undefined ? {} : { binding: { ...binding, key: binding.key.secret.reveal() } }),
    grant: grant.kind === 'device_code' ? { ...grant, deviceCode: grant.deviceCode.reveal() } : grant,
  };
}

/** The sealed part as a record again; `undefined` for anything that `sealedRecord` did not make. */
export function recordOf(body: unknown, clock: Clock): BegunRecord | undefined {
  if (plainObject(body)?.settings === undefined) {
    return undefined;
  }
  // The key vouches for it, and the version of this tool that wrote it has been compared.
  const { binding, ...read } = body as SealedRecord;
  const { clientSecret, clientKey, ...client } = read.client;
  return {
    ...read,
    ...(binding === undefined
      ? {}
      : { binding: { ...binding, key: openProofKey(new Secret(binding.key), clock) } }),
    client: {
      ...client,
      ...(clientSecret === undefined ? {} : { clientSecret: new Secret(clientSecret) }),
      ...(clientKey === undefined ? {} : { clientKey: new Secret(clientKey) }),
    },
    grant: grantOf(read.grant),
  };
}

type Text<Members, Name extends keyof Members> = Omit<Members, Name> & {
  readonly [Key in Name]: undefined extends Members[Key] ? string | undefined : string;
};
type SealedGrant = Text<BegunDevice, 'deviceCode'> | BegunCode;
type SealedRecord = Omit<BegunRecord, 'client' | 'grant' | 'binding'> & {
  readonly binding?: Omit<TokenBinding, 'key'> & { readonly key: string };
  readonly client: Omit<OAuthClient, 'clientSecret' | 'clientKey'> & {
    readonly clientSecret?: string;
    readonly clientKey?: string;
  };
  readonly grant: SealedGrant;
};

function grantOf(grant: SealedGrant): BegunRecord['grant'] {
  if (grant.kind === 'device_code') {
    return { ...grant, deviceCode: new Secret(grant.deviceCode) };
  }
  const { maxAge, ...attempt } = grant.attempt;
  return maxAge === undefined
    ? { ...grant, attempt }
    : { ...grant, attempt: { ...attempt, maxAge: { ...maxAge, requestedAt: new Date(maxAge.requestedAt) } } };
}
