import { askForDevice, waitForDevice } from '../grants/device-authorization.ts';
import { slowedDown } from '../grants/device-polling.ts';
import type { DeviceRequest, GrantedSignIn } from '../grants/sign-in-request.ts';
import type { Context } from '../ground/context.ts';
import { AuthorizationServerError, NetworkError, StoreError } from '../ground/errors.ts';
import { type BegunDevice, sealedRecord } from './begun-record.ts';
import {
  conclude,
  expiredOutcome,
  inSignInTurn,
  type Resumed,
  type ResumedSignIn,
  waitedLongEnough,
} from './resumed-sign-in.ts';
import { grantRequest } from './round-request.ts';

/**
 * Goes on with a device grant. One process at a time polls; another one waits for what that brings.
 *
 * Throws any error of the family.
 */
export async function resumeDevice(resumed: ResumedSignIn, device: BegunDevice): Promise<Resumed> {
  const { once, begun, ready } = resumed;
  const patience = once ? 0 : ready.settings.timeoutSeconds * 1000;
  try {
    return await inSignInTurn(resumed, () => poll(resumed, device), patience);
  } catch (error) {
    const isTurnOver = error instanceof StoreError && error.code === 'store_busy';
    if (isTurnOver && once) {
      return { kind: 'pending', head: begun.head, interval: device.interval };
    }
    if (isTurnOver || (error instanceof NetworkError && error.code === 'login_timeout')) {
      throw waitedLongEnough(resumed);
    }
    const refusal = error instanceof AuthorizationServerError ? error.error : undefined;
    if (once && refusal === 'access_denied') {
      return { kind: 'denied', head: begun.head };
    }
    if (refusal === 'expired_token') {
      return expiredOutcome(resumed);
    }
    throw error;
  }
}

async function poll(resumed: ResumedSignIn, given: BegunDevice): Promise<Resumed> {
  const { session, ports, ready, record, begun, signIns, once, left } = resumed;
  const { context } = session;
  const request = { ...grantRequest(ready, 'none', ports), scopes: record.round.scopes, timeoutNamed: true };
  let device = given;
  if (device.nextPollAt <= context.clock.now().getTime()) {
    const outcome = await askNow(resumed, request, device);
    if ('kind' in outcome) {
      return outcome;
    }
    device = outcome.device;
  }
  if (once) {
    await signIns.write(begun, sealedRecord({ ...record, grant: device }));
    return { kind: 'pending', head: begun.head, interval: device.interval };
  }
  const { timeoutSeconds } = ready.settings;
  const { userCode, verificationUri, interval } = device;
  ports.progress.userCode({ userCode, verificationUri, interval, expiresIn: left, timeoutSeconds });
  const wait = { ...device, expiresIn: left, timeoutSeconds };
  return conclude(resumed, () => waitForDevice(request, wait, context), isPassingIn(context));
}

/** Asks once; gives the device code with the next instant to ask at, where the person has not answered yet. */
async function askNow(
  resumed: ResumedSignIn,
  request: DeviceRequest,
  device: BegunDevice,
): Promise<Resumed | { readonly device: BegunDevice }> {
  const { context } = resumed.session;
  const later = (interval: number) => ({
    device: { ...device, interval, nextPollAt: context.clock.now().getTime() + interval * 1000 },
  });
  let granted: GrantedSignIn;
  try {
    granted = await askForDevice(request, device, context);
  } catch (error) {
    if (error instanceof AuthorizationServerError && error.error === 'authorization_pending') {
      return later(device.interval);
    }
    if (error instanceof AuthorizationServerError && error.error === 'slow_down') {
      return later(slowedDown(device.interval, error));
    }
    if (error instanceof NetworkError && !resumed.once) {
      return later(device.interval);
    }
    return conclude(resumed, () => Promise.reject(error), isPassingIn(context));
  }
  return conclude(resumed, async () => granted, isPassingIn(context));
}

/** An error of the way to the server, or a call that was stopped: the code is as good as before. */
function isPassingIn({ signal }: Pick<Context, 'signal'>): (error: unknown) => boolean {
  return (error) => error instanceof NetworkError || signal.aborted;
}
