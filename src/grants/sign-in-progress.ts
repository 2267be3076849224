import type { AccountHead } from '../accounts/account.ts';
import type { NetworkError, OAuthLoginError } from '../ground/errors.ts';
import type { Surroundings } from '../ground/ports.ts';
import type { LoopbackNotice } from '../loopback/notice.ts';
import type { Profile } from '../profile/profile.ts';

/** The ways in which the authorization response can come back. */
export interface WaysBack {
  /** A browser is being opened on this machine. */
  readonly opensBrowser: boolean;
  readonly redirectUri: string;
  /** Ports of this machine that the browser has to reach; empty when the redirect URI is not ours to listen on. */
  readonly ports: readonly number[];
  readonly surroundings: Surroundings;
  /** The redirected address can be pasted into this terminal. */
  readonly canPaste: boolean;
  /** The provider has the device authorization grant (RFC 8628). */
  readonly offersDevice: boolean;
  /** Seconds until the wait is over. */
  readonly timeoutSeconds: number;
  /** Seconds in which the address has to be opened; absent where it does not end (RFC 9126 §2.2). */
  readonly openWithin?: number;
}

/** What a person has to do on another device (RFC 8628 §3.2); every text is checked. */
export interface UserCodePrompt {
  readonly userCode: string;
  readonly verificationUri: string;
  /** Seconds until the code expires. */
  readonly expiresIn: number;
  /** Seconds between two questions whether it was entered. */
  readonly interval: number;
  /** Seconds until the wait is over; no more than that. */
  readonly timeoutSeconds: number;
}

/** Whom the server asks on a device of theirs (CIBA Core §7.1). */
export interface DeviceQuestion {
  readonly loginHint: string;
  readonly bindingMessage?: string;
  /** Seconds until the request expires. */
  readonly expiresIn: number;
  /** Seconds until the wait is over; no more than that. */
  readonly timeoutSeconds: number;
}

/**
 * Why a sign-in takes one more round. Either the server refused what the tool added to ask for a refresh token, and
 * that is left out; or it gives no refresh token until the person consents.
 */
export type OnceMore = 'offline-access-refused' | 'consent';

/** A protected resource, the server that gives its tokens, and what is asked for there. */
export interface ServerOfResource {
  readonly resource: string;
  readonly issuer: string;
  readonly scopes: readonly string[];
  /** The origins of its endpoints that are not the issuer's. */
  readonly endpointOrigins: readonly string[];
}

/** What a sign-in tells while it goes on; `output/` has the words, and the events for programs. */
export interface SignInProgress {
  authorizationUri(uri: string, ways: WaysBack): void;
  browserFailed(ways: WaysBack, reason?: string): void;
  startLinkUnused(ways: WaysBack): void;
  /** The browser has asked for the page after all, so that the question for the address was taken back. */
  pasteTakenBack(): void;
  listenerNotice(notice: LoopbackNotice): void;
  /** A pasted address was not the answer; `reason` says why, in this tool's words. */
  pasteRefused(reason: string): void;
  /** The server asks the person on a device of theirs, and the wait begins. */
  askedOnDevice(question: DeviceQuestion): void;
  userCode(prompt: UserCodePrompt): void;
  /** Called about once a second while the device grant polls. */
  remaining(seconds: number): void;
  /** A request of the device grant failed on its way, or the server did; the polling goes on. */
  pollFailed(error: NetworkError): void;
  /** The server's metadata do not say whether it checks PKCE (RFC 8414 §2); the challenge is sent all the same. */
  pkceNotAnnounced(): void;
  /** The request for the profile failed; `profile` is what the ID Token says instead, where it says anything. */
  profileMissing(problem: OAuthLoginError, profile: Profile | undefined): void;
  /** The refresh token ends after that many seconds whatever happens, and why, where that is known. */
  signInEnds(seconds: number, reason: string | undefined): void;
  /** The server's clock is that many seconds ahead of the one here (RFC 9110 §6.6.1), negative when behind. */
  clockDiffers(seconds: number): void;
  /** Nobody has confirmed a sign-in to this provider with this program, so its facts are not sure. */
  untried(): void;
  /** The protected resource takes tokens of a server of another origin, or of endpoints there: what is agreed to, before the browser opens. */
  signsInElsewhere(server: ServerOfResource): void;
  /** Another process of this user asks the person for the same sign-in, and this one waits for what it brings. */
  othersTurn(): void;
  /** Who is signed in there already, told before the browser opens. */
  signedInAlready(accounts: readonly AccountHead[]): void;
  /** The sign-in takes one more round, and why. */
  onceMore(reason: OnceMore): void;
  /** The second round failed; the account of the first one is kept. */
  onceMoreFailed(error: OAuthLoginError): void;
  /** The wait is over, one way or another. */
  done(): void;
  /** The account was kept; the answer on standard output follows. */
  signedIn(account: AccountHead): void;
}
