import type { SignInProgress } from '../grants/sign-in-progress.ts';
import type { Context } from '../ground/context.ts';
import { eventLine } from './json.ts';
import {
  clockOffsetText,
  onceMoreText,
  pkceNotAnnouncedText,
  pollFailureText,
  profileProblemText,
  signInEndText,
} from './text.ts';

/**
 * Tells a program that wraps this one how the sign-in goes: one JSON document on each line of standard error.
 *
 * The names and members are an interface: they are added to and never changed (docs/events.md).
 */
export function signInEvents(name: string, context: Context): SignInProgress {
  const emit = (event: string, members: Record<string, unknown> = {}) =>
    void context.stderr.write(eventLine({ event, ...members }));
  let isTurnTold = false;
  return {
    authorizationUri(uri, ways) {
      emit('authorization_url', {
        url: uri,
        redirect_uri: ways.redirectUri,
        opens_browser: ways.opensBrowser,
        ports: ways.ports,
      });
      emit('waiting', { expires_in: ways.timeoutSeconds });
    },
    browserFailed() {
      emit('browser_failed');
    },
    startLinkUnused() {
      emit('browser_late');
    },
    pasteTakenBack() {},
    listenerNotice({ kind, text }) {
      emit('notice', { code: kind.replaceAll('-', '_'), message: text });
    },
    pasteRefused(reason) {
      emit('notice', { code: 'paste_refused', message: reason });
    },
    userCode({ userCode, verificationUri, expiresIn, timeoutSeconds }) {
      emit('user_code', { user_code: userCode, verification_uri: verificationUri, expires_in: expiresIn });
      emit('waiting', { expires_in: timeoutSeconds });
    },
    remaining() {},
    pollFailed(error) {
      const code = error.code === 'network_server_error' ? 'server' : 'network';
      emit('notice', { code, message: pollFailureText(error) });
    },
    untried() {},
    pkceNotAnnounced() {
      emit('notice', { code: 'pkce_not_announced', message: pkceNotAnnouncedText(name) });
    },
    profileMissing(problem, profile) {
      emit('notice', { code: 'profile', message: profileProblemText(profile, problem, name) });
    },
    signInEnds(seconds, reason) {
      emit('notice', { code: 'sign_in_ends', message: signInEndText(name, seconds, reason) });
    },
    clockDiffers(seconds) {
      emit('notice', { code: 'clock', message: clockOffsetText(seconds, name) });
    },
    signsInElsewhere({ resource, issuer, scopes, endpointOrigins }) {
      emit('resource', { resource, issuer, scopes, endpoint_origins: endpointOrigins });
    },
    othersTurn() {
      if (!isTurnTold) {
        emit('notice', { code: 'others_turn', message: `another command is signing in to ${name}` });
      }
      isTurnTold = true;
    },
    signedInAlready() {},
    onceMore(reason) {
      emit('notice', { code: 'once_more', message: onceMoreText(reason, name) });
    },
    onceMoreFailed({ message }) {
      emit('notice', { code: 'once_more_failed', message });
    },
    done() {},
    signedIn({ id, provider, issuer, profile }) {
      emit('signed_in', { account: id, provider, issuer, sub: profile?.sub ?? null });
    },
  };
}
