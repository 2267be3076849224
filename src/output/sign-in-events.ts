import type { SignInProgress } from '../grants/sign-in-progress.ts';
import type { Context } from '../ground/context.ts';
import { eventLine } from './json.ts';
import type { SignInEvent } from './sign-in-event.ts';
import {
  clockOffsetText,
  onceMoreText,
  pkceNotAnnouncedText,
  pollFailureText,
  profileProblemText,
  signInEndText,
} from './text.ts';

/** Tells a program that wraps this one how the sign-in goes: one JSON document on each line of standard error. */
export function signInEvents(name: string, context: Context): SignInProgress {
  return eventProgress(name, (event) => void context.stderr.write(eventLine(event)));
}

/**
 * Tells a program how the sign-in goes, with one object for each event.
 *
 * The names and members are an interface: they are added to and never changed (docs/events.md).
 */
export function eventProgress(name: string, emit: (event: SignInEvent) => void): SignInProgress {
  const notice = (code: string, message: string) => emit({ event: 'notice', code, message });
  let isTurnTold = false;
  return {
    authorizationUri(uri, ways) {
      emit({
        event: 'authorization_url',
        url: uri,
        redirect_uri: ways.redirectUri,
        opens_browser: ways.opensBrowser,
        ports: ways.ports,
        ...(ways.openWithin === undefined ? {} : { url_expires_in: ways.openWithin }),
      });
      emit({ event: 'waiting', expires_in: ways.timeoutSeconds });
    },
    browserFailed() {
      emit({ event: 'browser_failed' });
    },
    startLinkUnused() {
      emit({ event: 'browser_late' });
    },
    pasteTakenBack() {},
    listenerNotice({ kind, text }) {
      emit({ event: 'notice', code: kind.replaceAll('-', '_'), message: text });
    },
    pasteRefused(reason) {
      notice('paste_refused', reason);
    },
    askedOnDevice({ loginHint, bindingMessage, expiresIn, timeoutSeconds }) {
      emit({
        event: 'asked_on_device',
        login_hint: loginHint,
        ...(bindingMessage === undefined ? {} : { binding_message: bindingMessage }),
        expires_in: expiresIn,
      });
      emit({ event: 'waiting', expires_in: timeoutSeconds });
    },
    userCode({ userCode, verificationUri, expiresIn, timeoutSeconds }) {
      emit({
        event: 'user_code',
        user_code: userCode,
        verification_uri: verificationUri,
        expires_in: expiresIn,
      });
      emit({ event: 'waiting', expires_in: timeoutSeconds });
    },
    remaining() {},
    pollFailed(error) {
      const code = error.code === 'network_server_error' ? 'server' : 'network';
      notice(code, pollFailureText(error));
    },
    untried() {},
    pkceNotAnnounced() {
      notice('pkce_not_announced', pkceNotAnnouncedText(name));
    },
    profileMissing(problem, profile) {
      notice('profile', profileProblemText(profile, problem, name));
    },
    signInEnds(seconds, reason) {
      notice('sign_in_ends', signInEndText(name, seconds, reason));
    },
    clockDiffers(seconds) {
      notice('clock', clockOffsetText(seconds, name));
    },
    signsInElsewhere({ resource, issuer, scopes, endpointOrigins }) {
      emit({ event: 'resource', resource, issuer, scopes, endpoint_origins: endpointOrigins });
    },
    othersTurn() {
      if (!isTurnTold) {
        notice('others_turn', `another command is signing in to ${name}`);
      }
      isTurnTold = true;
    },
    signedInAlready() {},
    onceMore(reason) {
      notice('once_more', onceMoreText(reason, name));
    },
    onceMoreFailed({ message }) {
      notice('once_more_failed', message);
    },
    done() {},
    signedIn({ id, provider, issuer, profile }) {
      emit({ event: 'signed_in', account: id, provider, issuer, sub: profile?.sub ?? null });
    },
  };
}
