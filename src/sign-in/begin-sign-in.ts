import packageJson from '../../package.json' with { type: 'json' };
import type { BegunSignIn } from '../accounts/begun-sign-in.ts';
import { newSignInId, openBegunSignIns } from '../accounts/begun-sign-ins.ts';
import type { Session } from '../accounts/session.ts';
import { unheardCallback } from '../grants/callback.ts';
import { addressRequest, newCodeAttempt } from '../grants/code-attempt.ts';
import { requestDeviceCode } from '../grants/device-authorization.ts';
import type { Context } from '../ground/context.ts';
import { defined } from '../ground/defined.ts';
import { UsageError } from '../ground/errors.ts';
import type { LoginSettings } from '../settings/login-settings.ts';
import { signInTarget } from '../settings/sign-in-target.ts';
import { type BegunRecord, sealedRecord } from './begun-record.ts';
import { chooseStore } from './choose-store.ts';
import type { SignInPorts } from './ports.ts';
import { withReadySignIn } from './ready-sign-in.ts';
import { grantRequest, wishOf } from './round-request.ts';
import type { AskedSignIn, Destination, ReadySignIn } from './stages.ts';

/** A sign-in that was begun: what to show to the person. */
export interface Begun extends BegunSignIn {
  /** Seconds until it ends. */
  readonly expiresIn: number;
  readonly show:
    | {
        readonly kind: 'authorization_code';
        readonly authorizationUri: string;
        readonly redirectUri: string;
        /** Seconds in which the browser has to open the address; absent where the address does not end. */
        readonly openWithin?: number;
      }
    | {
        readonly kind: 'device_code';
        readonly userCode: string;
        readonly verificationUri: string;
        readonly verificationUriComplete?: string;
        /** Seconds between two polls. */
        readonly interval: number;
      };
}

/** Seconds that a person has for a sign-in in two calls, where the server sets no end and no flag does. */
const USUAL_LIFE_SECONDS = 1800;

/**
 * Begins a sign-in, and returns before the person has answered: `resumeSignIn` goes on with it, in any process of this
 * user. What it needs is kept in a sealed file until then. Nobody has to be here, and no browser is opened.
 *
 * Throws any error of the family; a `UsageError` for what needs one process from its beginning to its end.
 */
export async function beginSignIn(asked: AskedSignIn, session: Session, ports: SignInPorts): Promise<Begun> {
  refuseOneCallOnly(asked.settings);
  const { context } = session;
  const signIns = openBegunSignIns(context);
  return withReadySignIn(asked, session, ports, async (ready) => {
    const destination = await decidedDestination(ready, context, ports);
    const { record, expiresIn, show } = await (ready.settings.device ? beginDevice : beginCode)(
      { ...ready, destination },
      ports,
      context,
    );
    const now = context.clock.now().getTime();
    const head = {
      id: newSignInId(),
      grant: show.kind,
      version: packageJson.version,
      provider: ready.provider.name,
      label: ready.provider.label,
      target: signInTarget(ready.settings),
      startedAt: new Date(now).toISOString(),
      expiresAt: new Date(now + expiresIn * 1000).toISOString(),
    };
    const begun = { head, store: destination.kind === 'none' ? 'file' : destination.kind } as const;
    signIns.removeOld();
    await signIns.write(begun, sealedRecord(record));
    return { ...begun, expiresIn, show };
  });
}

/**
 * Where the account is kept, for anybody who may sign in. In the second call it would be too late to say that nobody has
 * chosen a store: the person has approved by then.
 *
 * Throws the `StoreError` of `chooseStore`.
 */
async function decidedDestination(
  { destination, wanted }: ReadySignIn,
  context: Context,
  { questions }: SignInPorts,
): Promise<Destination> {
  const isOpen = destination.isInherited && destination.kind === 'file' && wanted?.profile === undefined;
  return isOpen
    ? { ...destination, ofOthers: await chooseStore(undefined, questions, context) }
    : destination;
}

type Prepared = Pick<Begun, 'expiresIn' | 'show'> & { readonly record: BegunRecord };

async function beginCode(ready: ReadySignIn, ports: SignInPorts, context: Context): Promise<Prepared> {
  const { settings, recordOf, request } = parts(ready, ports);
  const attempt = await newCodeAttempt(request, context);
  const redirectUri = await unheardCallback(settings.redirect, context);
  const { uri, client, expiresIn } = await addressRequest(attempt, request, redirectUri, context);
  const record = recordOf({ kind: 'authorization_code', attempt, redirectUri, authorizationUri: uri });
  return {
    record: { ...record, client },
    expiresIn: settings.timeoutNamed ? settings.timeoutSeconds : USUAL_LIFE_SECONDS,
    show: {
      kind: 'authorization_code',
      authorizationUri: uri,
      redirectUri,
      ...defined({ openWithin: expiresIn }),
    },
  };
}

async function beginDevice(ready: ReadySignIn, ports: SignInPorts, context: Context): Promise<Prepared> {
  const { settings, recordOf, request } = parts(ready, ports);
  const { authorization, codeVerifier, client } = await requestDeviceCode(request, context);
  const { deviceCode, userCode, verificationUri, verificationUriComplete, interval } = authorization;
  const nextPollAt = context.clock.now().getTime() + interval * 1000;
  const grant = { deviceCode, codeVerifier, userCode, verificationUri, interval, nextPollAt };
  const record = recordOf({ kind: 'device_code', ...grant });
  return {
    record: { ...record, client },
    expiresIn: settings.timeoutNamed
      ? Math.min(settings.timeoutSeconds, authorization.expiresIn)
      : authorization.expiresIn,
    show: {
      kind: 'device_code',
      userCode,
      verificationUri,
      ...defined({ verificationUriComplete }),
      interval,
    },
  };
}

function parts(ready: ReadySignIn, ports: SignInPorts) {
  const { settings, provider, client, binding, destination, wanted, accounts } = ready;
  const isOfflineAccessRefused = accounts.some((account) => account.isOfflineAccessRefused);
  // Nobody can be asked a second time, so consent is asked for unless the person is known who has given it.
  const isPersonNamed = wanted !== undefined || settings.loginHint !== undefined;
  const wish = isPersonNamed ? wishOf(ready) : 'consent-asked';
  const request = grantRequest(ready, isOfflineAccessRefused ? 'none' : wish, ports);
  const round = { scopes: request.scopes, isOfflineAccessRefused };
  return {
    settings,
    request,
    recordOf: (grant: BegunRecord['grant']): BegunRecord => ({
      settings,
      provider,
      client,
      ...defined({ binding }),
      destination,
      wanted,
      round,
      grant,
    }),
  };
}

/** Throws a `UsageError` for what needs one process from its beginning to its end. */
function refuseOneCallOnly({ store, events, provider, target }: LoginSettings): void {
  const conflict =
    store === 'none'
      ? ['--no-store', 'the second call has to find what the first one kept']
      : events
        ? ['--events', 'the events of a sign-in come from one process']
        : undefined;
  if (conflict !== undefined) {
    const [flag, why] = conflict;
    throw new UsageError('usage_conflict', `--no-wait cannot be used with ${flag}: ${why}`, {
      hint: `leave out ${flag}`,
    });
  }
  if (provider.oauth1 !== undefined) {
    throw new UsageError(
      'usage_conflict',
      `${provider.label} has OAuth 1.0a, which has no sign-in in two calls`,
      {
        hint: `sign in with one call: oauth-login ${target}`,
      },
    );
  }
}
