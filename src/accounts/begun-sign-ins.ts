import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { Context } from '../ground/context.ts';
import { StoreError } from '../ground/errors.ts';
import { fileMark } from '../secrets/file-mark.ts';
import { listPrivateDirectory } from '../secrets/private-directory.ts';
import { removePrivateFile } from '../secrets/private-file-writing.ts';
import { removeLitter } from '../secrets/remove-litter.ts';
import { type BegunSignIn, type BegunSignInHead, readBegunHead } from './begun-sign-in.ts';
import { foreignSignIn, unknownSignIn } from './begun-sign-in-errors.ts';
import { openKey } from './open-key.ts';
import {
  corruptFile,
  openSealedFile,
  readSealedFile,
  type SealedFile,
  writeSealedFile,
} from './sealed-file.ts';

/** The sign-ins in two calls that this user has begun, one sealed file each. Every method throws `StoreError`. */
export interface BegunSignIns {
  /** Writes it whole or not at all. */
  write(signIn: BegunSignIn, body: object): Promise<void>;
  /** Throws an `AuthenticationRequiredError` where there is none of that identifier. */
  read(id: string): BegunSignIn;
  /** The sealed part. Throws an `AuthenticationRequiredError` where it another key has sealed it. */
  open(id: string): Promise<unknown>;
  /** A text that differs after each change. */
  markOf(id: string): string | undefined;
  /** Those that still wait for the person. A file that cannot be read hides no other. */
  list(): readonly BegunSignIn[];
  /** Removes those that ended, or whose time was over, a day ago; all of them where told so. Gives how many. */
  removeOld(all?: 'all'): number;
}

const SIGN_IN_ID = /^[0-9a-f]{32}$/;
const FILE = /^([0-9a-f]{32})\.sign-in$/;
/** Milliseconds for which it is remembered how a sign-in ended. */
const REMEMBERED = 86_400_000;

/** A new identifier: 128 random bits. */
export function newSignInId(): string {
  return randomBytes(16).toString('hex');
}

/** Whether the text has the form of an identifier, and so cannot lead out of the directory. */
export function isSignInId(id: string): boolean {
  return SIGN_IN_ID.test(id);
}

/** The sign-ins in the data directory. */
export function openBegunSignIns(context: Context): BegunSignIns {
  const directory = join(context.paths.dataDir, 'sign-ins');
  const pathOf = (id: string) => join(directory, `${id}.sign-in`);
  const find = (id: string): { readonly file: SealedFile; readonly head: BegunSignInHead } | undefined => {
    const file = isSignInId(id) ? readSealedFile(pathOf(id), 'sign-in') : undefined;
    if (file === undefined) {
      return undefined;
    }
    const head = readBegunHead(file.head);
    if (head?.id !== id) {
      throw corruptFile(file.path);
    }
    return { file, head };
  };
  const found = (id: string) => {
    const one = find(id);
    if (one === undefined) {
      throw unknownSignIn(id);
    }
    return one;
  };
  const isOld = ({ expiresAt, ended }: BegunSignInHead) =>
    context.clock.now().getTime() - Date.parse(ended?.at ?? expiresAt) > REMEMBERED;

  return {
    async write({ head, store }, body) {
      const key = await openKey(store, context, { create: true });
      removeLitter(context);
      writeSealedFile(pathOf(head.id), 'sign-in', { head, body }, key);
    },

    read(id) {
      const { file, head } = found(id);
      return { head, store: file.store };
    },

    async open(id) {
      const { file, head } = found(id);
      const key = await openKey(file.store, context, { create: false }).catch((error: unknown) => {
        throw error instanceof StoreError && error.code === 'store_key_missing' ? foreignSignIn(head) : error;
      });
      if (key.id !== file.keyId) {
        throw foreignSignIn(head);
      }
      return openSealedFile(file, key);
    },

    markOf: (id) => fileMark(pathOf(id)),

    list() {
      const now = context.clock.now().getTime();
      return listPrivateDirectory(directory).flatMap((name) => {
        const one = sound(() => find(FILE.exec(name)?.[1] ?? ''));
        const isWaiting =
          one !== undefined && one.head.ended === undefined && Date.parse(one.head.expiresAt) > now;
        return isWaiting ? [{ head: one.head, store: one.file.store }] : [];
      });
    },

    removeOld(all) {
      const old = listPrivateDirectory(directory).filter((name) => {
        const head = sound(() => find(FILE.exec(name)?.[1] ?? ''))?.head;
        return all === 'all' ? FILE.test(name) : head !== undefined && isOld(head);
      });
      return old.filter((name) => removePrivateFile(join(directory, name))).length;
    },
  };
}

function sound<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof StoreError) {
      return undefined;
    }
    throw error;
  }
}
