import { join } from 'node:path';
import type { Clock, Context } from '../context.ts';
import { StoreError } from '../errors.ts';
import { openSealingKey } from '../secrets/open-sealing-key.ts';
import { plainObject } from '../secrets/plain-json.ts';
import { listPrivateDirectory, removeStaleTemporaries } from '../secrets/private-directory.ts';
import { removePrivateFile } from '../secrets/private-file-writing.ts';
import { Secret } from '../secrets/secret.ts';
import type { StoreKind } from '../secrets/store-kind.ts';
import { openSealedFile, readSealedFile, writeSealedFile } from './sealed-file.ts';

/** The readable part of a kept token that belongs to no person. */
export interface GrantTokenHead {
  /** By `grantTokenId`. */
  readonly id: string;
  readonly provider: string;
  readonly issuer: string;
  /** Granted scopes. */
  readonly scopes: readonly string[];
  /** ISO 8601 instants. */
  readonly issuedAt: string;
  readonly expiresAt?: string;
}

/** A token that belongs to no person, with what is known of it. */
export interface GrantToken {
  readonly head: GrantTokenHead;
  readonly accessToken: Secret;
}

/** The tokens of grants that need no person, kept sealed until they expire. Every method throws `StoreError`. */
export interface GrantTokens {
  /** `undefined`: there is none, it is not good for that long, or what is there cannot be opened. */
  read(id: string, minValiditySeconds: number): Promise<GrantToken | undefined>;
  /** Keeps a token that has an end, and removes those that have reached theirs. */
  write(token: GrantToken, store: StoreKind): Promise<void>;
  /** Removes those of that issuer, or all; gives how many were still good. */
  remove(issuer?: string): number;
}

const FILE = /^([0-9a-f]{32})\.token$/;
/** Milliseconds a stored instant may lie ahead before the clock counts as set back. */
const CLOCK_TOLERANCE = 60_000;

/** The kept tokens in the data directory. */
export function openGrantTokens(context: Context): GrantTokens {
  const directory = join(context.paths.dataDir, 'grants');
  const fileOf = (id: string) => join(directory, `${id}.token`);
  const heads = () =>
    listPrivateDirectory(directory).flatMap((name) => {
      const id = FILE.exec(name)?.[1];
      const head = id === undefined ? undefined : readIfSound(() => readHead(fileOf(id), id)?.head);
      return id === undefined ? [] : [{ id, head }];
    });

  return {
    async read(id, minValiditySeconds) {
      const found = readIfSound(() => readHead(fileOf(id), id));
      if (found === undefined || !isGood(found.head, minValiditySeconds, context)) return undefined;
      try {
        const key = await openSealingKey(found.file.store, context, { create: false });
        const accessToken = plainObject(openSealedFile(found.file, key))?.accessToken;
        return typeof accessToken === 'string'
          ? { head: found.head, accessToken: new Secret(accessToken) }
          : undefined;
      } catch (error) {
        if (isLost(error)) return undefined;
        throw error;
      }
    },

    async write({ head, accessToken }, store) {
      if (head.expiresAt === undefined) return;
      const key = await openSealingKey(store, context, { create: true });
      removeStaleTemporaries(directory, context.clock.now());
      for (const kept of heads()) {
        if (kept.head === undefined || !isGood(kept.head, 0, context)) removePrivateFile(fileOf(kept.id));
      }
      const content = { head, body: { accessToken: accessToken.reveal() } };
      writeSealedFile(fileOf(head.id), 'grant', content, key);
    },

    remove(issuer) {
      const chosen = heads().filter(({ head }) => issuer === undefined || head?.issuer === issuer);
      for (const { id } of chosen) removePrivateFile(fileOf(id));
      return chosen.filter(({ head }) => head !== undefined && isGood(head, 0, context)).length;
    },
  };
}

function readHead(path: string, id: string) {
  const file = readSealedFile(path, 'grant');
  const fields = plainObject(file?.head);
  if (file === undefined || fields === undefined || fields.id !== id) return undefined;
  const { provider, issuer, scopes, issuedAt, expiresAt } = fields;
  const isHead =
    typeof provider === 'string' &&
    typeof issuer === 'string' &&
    typeof issuedAt === 'string' &&
    typeof expiresAt === 'string' &&
    Array.isArray(scopes) &&
    scopes.every((scope) => typeof scope === 'string');
  if (!isHead) return undefined;
  const head: GrantTokenHead = { id, provider, issuer, scopes: [...scopes], issuedAt, expiresAt };
  return { file, head };
}

function isGood(head: GrantTokenHead, minValiditySeconds: number, { clock }: { clock: Clock }): boolean {
  const now = clock.now().getTime();
  const left = Date.parse(head.expiresAt ?? '') - now;
  return left > 0 && left >= minValiditySeconds * 1000 && now >= Date.parse(head.issuedAt) - CLOCK_TOLERANCE;
}

/** What is kept can be had again at any time, so a damaged file counts as none; one that others may read does not. */
function readIfSound<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (isLost(error)) return undefined;
    throw error;
  }
}

function isLost(error: unknown): boolean {
  return (
    error instanceof StoreError && (error.code === 'store_corrupt' || error.code === 'store_key_missing')
  );
}
