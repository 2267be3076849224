import packageJson from '../../package.json' with { type: 'json' };
import { accountsOfClient } from '../accounts/accounts-of-client.ts';
import type { BegunSignIn } from '../accounts/begun-sign-in.ts';
import { foreignSignIn, stoppedWaiting } from '../accounts/begun-sign-in-errors.ts';
import { openBegunSignIns } from '../accounts/begun-sign-ins.ts';
import type { Session } from '../accounts/session.ts';
import { httpOptions, signalled } from '../ground/http-options.ts';
import { type BegunRecord, recordOf } from './begun-record.ts';
import type { SignInPorts } from './ports.ts';
import { resumeCode } from './resume-code.ts';
import { resumeDevice } from './resume-device.ts';
import { endedOutcome, expiredOutcome, type Resumed, type ResumedSignIn } from './resumed-sign-in.ts';
import type { ReadySignIn, RegisteredSettings } from './stages.ts';

export type { Resumed } from './resumed-sign-in.ts';

/** How a sign-in goes on. */
export interface ResumeOptions {
  /** Asks once, and waits for nobody. */
  readonly once: boolean;
  /** Seconds that this call waits at most; as long as the sign-in lives, when absent. */
  readonly timeoutSeconds?: number;
  readonly debug: boolean;
  /** The person at the terminal, or the program, once it is known where the sign-in leads. */
  readonly ports: (label: string, settings: RegisteredSettings) => SignInPorts;
}

/**
 * Goes on with a sign-in that was begun before, and gives how it stands: with `once` at once, otherwise when the person
 * has finished. Several calls at once end in one account: a code is exchanged once, and one process at a time polls.
 *
 * Throws any error of the family; an `AuthenticationRequiredError` for a sign-in that is unknown, was begun elsewhere, is
 * over, or has ended without an account.
 */
export async function resumeSignIn(id: string, options: ResumeOptions, session: Session): Promise<Resumed> {
  const { context, store } = session;
  const signIns = openBegunSignIns(context);
  signIns.removeOld();
  const begun = signIns.read(id);
  const ended = await endedOutcome(begun.head, options, session);
  if (ended !== undefined) {
    return ended;
  }
  const left = Math.ceil((Date.parse(begun.head.expiresAt) - context.clock.now().getTime()) / 1000);
  if (left <= 0) {
    return expiredOutcome({ begun, once: options.once });
  }
  const record = await openRecord(begun, session);
  const timeoutSeconds = Math.min(left, options.timeoutSeconds ?? left);
  const settings = { ...record.settings, timeoutSeconds, debug: options.debug, openBrowser: false };
  const http = await context.openHttp(httpOptions(settings, context));
  try {
    const ready: ReadySignIn = {
      ...record,
      settings,
      fetch: signalled(http.fetch, context.signal),
      accounts: await accountsOfClient(
        { issuer: record.provider.metadata.issuer, clientId: record.client.clientId },
        record.destination.kind,
        store,
      ),
    };
    const resumed: ResumedSignIn = {
      begun,
      record,
      ready,
      signIns,
      session,
      ports: options.ports(record.provider.label, settings),
      once: options.once,
      left,
    };
    return await (record.grant.kind === 'device_code'
      ? resumeDevice(resumed, record.grant)
      : resumeCode(resumed, record.grant));
  } catch (error) {
    const { ended, answeredAt } = signIns.read(id).head;
    if (context.signal.aborted && ended === undefined && answeredAt === undefined) {
      throw stoppedWaiting(begun.head);
    }
    throw error;
  } finally {
    await http.close();
  }
}

async function openRecord({ head }: BegunSignIn, { context }: Session): Promise<BegunRecord> {
  const record =
    head.version === packageJson.version
      ? recordOf(await openBegunSignIns(context).open(head.id), context.clock)
      : undefined;
  if (record === undefined) {
    throw foreignSignIn(head);
  }
  return record;
}
