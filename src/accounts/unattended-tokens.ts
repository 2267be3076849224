import { join } from 'node:path';
import type { ProofKey } from '../credential/dpop/proof-key.ts';
import type { Clock, Context } from '../ground/context.ts';
import { StoreError } from '../ground/errors.ts';
import { plainObject } from '../ground/plain-json.ts';
import { Secret } from '../ground/secret.ts';
import { instant, oneOf, optional, record, text, texts, type ValueOf } from '../ground/stored-record.ts';
import { listPrivateDirectory } from '../secrets/private-directory.ts';
import { removePrivateFile } from '../secrets/private-file-writing.ts';
import { removeLitter } from '../secrets/remove-litter.ts';
import type { StoreKind } from '../secrets/store-kind.ts';
import { openKey } from './open-key.ts';
import { openSealedFile, readSealedFile, writeSealedFile } from './sealed-file.ts';

const readTokenHead = record({
  /** By `unattendedTokenId`. */
  id: text,
  /** As `--grant` names it. */
  grant: text,
  provider: text,
  /** The provider as people know it. */
  label: text,
  issuer: text,
  /** Absent: the server was asked without a client (RFC 8693 §2.1). */
  clientId: optional(text),
  /** Granted scopes. */
  scopes: texts,
  /** ISO 8601 instants. */
  issuedAt: instant,
  expiresAt: optional(instant),
  /** The token is bound to a key (RFC 9449 §5); absent: a bearer token. */
  tokenType: optional(oneOf('DPoP')),
});

/** The readable part of a kept token that belongs to no person. */
export type UnattendedTokenHead = ValueOf<typeof readTokenHead>;

/** A token that belongs to no person, with what is known of it. */
export interface UnattendedToken {
  readonly head: UnattendedTokenHead;
  readonly accessToken: Secret;
  /** The key that it is bound to. */
  readonly proofKey?: ProofKey;
}

/** A kept token that is still good, as far as it can be told without opening it. */
export interface KeptToken extends UnattendedTokenHead {
  readonly expiresAt: string;
  readonly store: StoreKind;
}

/** The kept tokens that are still good, and the files that cannot be read safely. */
export interface KeptTokens {
  readonly tokens: readonly KeptToken[];
  readonly problems: readonly { readonly file: string; readonly error: StoreError }[];
}

/** The tokens of grants that need no person, kept sealed until they expire. Every method throws `StoreError`. */
export interface UnattendedTokens {
  /** `undefined`: there is none, it is not good for that long, or what is there cannot be opened. */
  read(id: string, minValiditySeconds: number): Promise<UnattendedToken | undefined>;
  /** Keeps a token that has an end, and removes those that have reached theirs. */
  write(token: UnattendedToken, store: StoreKind): Promise<void>;
  /** Needs no key; a file that cannot be read hides no other. */
  list(): KeptTokens;
  /** Removes those of these issuers, or all; gives those that were still good. */
  remove(issuers?: ReadonlySet<string>): readonly KeptToken[];
}

const FILE = /^([0-9a-f]{32})\.token$/;
/** Milliseconds a stored instant may lie ahead before the clock counts as set back. */
const CLOCK_TOLERANCE = 60_000;

/** The kept tokens in the data directory. */
export function openUnattendedTokens(context: Context): UnattendedTokens {
  const directory = join(context.paths.dataDir, 'grants');
  const fileOf = (id: string) => join(directory, `${id}.token`);
  const files = (): KeptFile[] =>
    listPrivateDirectory(directory).flatMap((name) => {
      const id = FILE.exec(name)?.[1];
      return id === undefined ? [] : [readKeptFile(fileOf(id), id)];
    });
  const goodOnes = (found: readonly KeptFile[]) =>
    found.flatMap(({ token }) => (token !== undefined && isGood(token, 0, context) ? [token] : []));

  return {
    async read(id, minValiditySeconds) {
      const found = readIfSound(() => readHead(fileOf(id), id));
      if (found === undefined || !isGood(found.head, minValiditySeconds, context)) {
        return undefined;
      }
      try {
        const key = await openKey(found.file.store, context, { create: false });
        return await tokenOf(found.head, plainObject(openSealedFile(found.file, key)), context);
      } catch (error) {
        if (isLost(error)) {
          return undefined;
        }
        throw error;
      }
    },

    async write({ head, accessToken, proofKey }, store) {
      if (head.expiresAt === undefined) {
        return;
      }
      const key = await openKey(store, context, { create: true });
      removeLitter(context);
      for (const { file, token, error } of files()) {
        if (error !== undefined) {
          throw error;
        }
        if (token === undefined || !isGood(token, 0, context)) {
          removePrivateFile(file);
        }
      }
      const content = {
        head,
        body: { accessToken: accessToken.reveal(), proofKey: proofKey?.secret.reveal() },
      };
      writeSealedFile(fileOf(head.id), 'grant', content, key);
    },

    list() {
      const found = files();
      const problems = found.flatMap(({ file, error }) => (error === undefined ? [] : [{ file, error }]));
      return { tokens: goodOnes(found), problems };
    },

    remove(issuers) {
      const chosen = files().filter(
        ({ token }) => issuers === undefined || (token !== undefined && issuers.has(token.issuer)),
      );
      for (const { file } of chosen) {
        removePrivateFile(file);
      }
      return goodOnes(chosen);
    },
  };
}

/** The token of an opened file; the code that signs proofs is loaded for bound tokens alone. */
async function tokenOf(
  head: UnattendedTokenHead,
  body: Readonly<Record<string, unknown>> | undefined,
  { clock }: Pick<Context, 'clock'>,
): Promise<UnattendedToken | undefined> {
  const { accessToken, proofKey } = body ?? {};
  if (typeof accessToken !== 'string') {
    return undefined;
  }
  const token = { head, accessToken: new Secret(accessToken) };
  if (head.tokenType === undefined) {
    return token;
  }
  if (typeof proofKey !== 'string') {
    return undefined;
  }
  const { openProofKey } = await import('../credential/dpop/proof-key.ts');
  return { ...token, proofKey: openProofKey(new Secret(proofKey), clock) };
}

/** A file among the kept tokens: without `token` it is damaged, and with `error` others may read it. */
interface KeptFile {
  readonly file: string;
  readonly token?: KeptToken;
  readonly error?: StoreError;
}

function readKeptFile(file: string, id: string): KeptFile {
  try {
    const found = readIfSound(() => readHead(file, id));
    return found === undefined ? { file } : { file, token: { ...found.head, store: found.file.store } };
  } catch (error) {
    if (error instanceof StoreError) {
      return { file, error };
    }
    throw error;
  }
}

function readHead(path: string, id: string) {
  const file = readSealedFile(path, 'grant');
  const head = readTokenHead(file?.head);
  if (file === undefined || head?.id !== id || head.expiresAt === undefined) {
    return undefined;
  }
  return { file, head: { ...head, expiresAt: head.expiresAt } };
}

function isGood(head: UnattendedTokenHead, minValiditySeconds: number, { clock }: { clock: Clock }): boolean {
  const now = clock.now().getTime();
  const left = Date.parse(head.expiresAt ?? '') - now;
  return left > 0 && left >= minValiditySeconds * 1000 && now >= Date.parse(head.issuedAt) - CLOCK_TOLERANCE;
}

/**
 * A kept token can be asked for again at any time, so a damaged file counts as none. A file that others may read
 * does not.
 */
function readIfSound<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (isLost(error)) {
      return undefined;
    }
    throw error;
  }
}

function isLost(error: unknown): boolean {
  return (
    error instanceof StoreError && (error.code === 'store_corrupt' || error.code === 'store_key_missing')
  );
}
