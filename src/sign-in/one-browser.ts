import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { AccountHead } from '../accounts/account.ts';
import { lockPath, openLockUnless } from '../accounts/lock.ts';
import type { Session } from '../accounts/session.ts';
import type { SignInProgress } from '../grants/sign-in-progress.ts';
import { durationText } from '../ground/duration.ts';
import { NetworkError, StoreError } from '../ground/errors.ts';
import { parsePlainJson } from '../ground/plain-json.ts';
import { isShared, sharedError } from '../ground/shared-error.ts';
import { instant, optional, record, text } from '../ground/stored-record.ts';
import { fileMark } from '../secrets/file-mark.ts';
import { readPrivateFile } from '../secrets/private-file-reading.ts';
import { writePrivateFile } from '../secrets/private-file-writing.ts';
import type { ReadySignIn } from './stages.ts';

/** How the last sign-in of its kind ended, for the processes that wait for it. */
const readOutcome = record({
  at: instant,
  account: optional(text),
  error: optional(record({ code: text, message: text, hint: text })),
});

/**
 * Signs in while no other process asks a person for the same: ten commands at once open one browser. The others wait,
 * and take the account that it brings, or its error. When the process with the browser is killed or stopped, the next
 * one takes over. `startedAt` is when this command began: what ended before is no answer to it.
 *
 * Throws what the work throws, or threw elsewhere; `login_timeout` when the other process takes longer than this one would.
 */
export async function inOneBrowser(
  ready: ReadySignIn,
  startedAt: Date,
  { context, store }: Session,
  progress: SignInProgress,
  work: () => Promise<AccountHead>,
): Promise<AccountHead> {
  if (ready.destination.kind === 'none') {
    return work();
  }
  const { label } = ready.provider;
  const { timeoutSeconds } = ready.settings;
  const subject = subjectOf(ready);
  const file = join(context.paths.dataDir, 'sign-ins', `${subject}.outcome`);
  let seen: string | undefined;
  let isFirstLook = true;
  const look = async (): Promise<AccountHead | undefined> => {
    const mark = fileMark(file);
    if (isFirstLook) {
      isFirstLook = false;
    } else {
      progress.othersTurn();
    }
    if (mark === seen) {
      return undefined;
    }
    seen = mark;
    const outcome = readOutcome(parsePlainJson(readPrivateFile(file)?.toString('utf8') ?? ''));
    if (outcome === undefined || !isBetween(startedAt, Date.parse(outcome.at), context.clock.now())) {
      return undefined;
    }
    const error = outcome.error === undefined ? undefined : sharedError(outcome.error);
    if (error !== undefined) {
      throw error;
    }
    return outcome.account === undefined ? undefined : store.read(outcome.account);
  };
  const path = lockPath(context.paths, `browser ${subject}`);
  const opened = await openLockUnless(path, context, look, timeoutSeconds * 1000).catch((error: unknown) => {
    throw error instanceof StoreError && error.code === 'store_busy'
      ? stillSigningIn(label, timeoutSeconds)
      : error;
  });
  if ('settled' in opened) {
    return opened.settled;
  }
  const tell = (outcome: object) =>
    writePrivateFile(file, JSON.stringify({ at: context.clock.now().toISOString(), ...outcome }), {
      durable: false,
    });
  try {
    const account = await work();
    tell({ account: account.id });
    return account;
  } catch (error) {
    if (isShared(error)) {
      tell({ error: { code: error.code, message: error.ownMessage, hint: error.hint } });
    }
    throw error;
  } finally {
    opened.release();
  }
}

/** An outcome from the future is an old one: the clock was set back since. */
function isBetween(start: Date, at: number, now: Date): boolean {
  return at >= start.getTime() && at <= now.getTime();
}

/** Sign-ins of one subject ask a person for the same. */
function subjectOf({ settings, provider, client, destination, wanted }: ReadySignIn): string {
  const { scopes, parameters, loginHint, device, backchannel, openBrowser, offlineAccess, alias } = settings;
  const asked = [
    provider.name,
    provider.metadata.issuer,
    provider.resource,
    client.clientId,
    destination.kind,
    wanted?.id,
    ...[scopes, parameters, loginHint, device, backchannel, openBrowser, offlineAccess, alias],
  ];
  return createHash('sha256').update(JSON.stringify(asked)).digest('hex').slice(0, 32);
}

function stillSigningIn(label: string, seconds: number): NetworkError {
  return new NetworkError(
    'login_timeout',
    `another command has been signing in to ${label} for ${durationText(seconds)}`,
    { hint: 'finish there or stop it, or run this with --no-browser, which prints an address of its own' },
  );
}
