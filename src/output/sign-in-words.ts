import type { Context } from '../context.ts';
import type { SignInProgress } from '../grants/authorization-code.ts';
import type { LoginSettings } from '../settings/login-settings.ts';
import { durationText } from './text.ts';

/** Tells the person at the terminal how the sign-in goes; everything is written to standard error. */
export function signInWords(label: string, settings: LoginSettings, context: Context): SignInProgress {
  const say = (text: string) => context.stderr.write(`${text}\n`);
  return {
    authorizationUri(uri, opensBrowser) {
      say(
        opensBrowser
          ? `Opening the sign-in page of ${label} in your browser. If it does not appear, open this address:`
          : `Open this address in a browser on this machine to sign in to ${label}:`,
      );
      say('');
      say(uri);
      say('');
      say(`Waiting for you to finish there (${durationText(settings.timeoutSeconds)} at most, Ctrl-C stops)`);
    },
    browserFailed() {
      say('The browser could not be opened; open the address above yourself. Still waiting.');
    },
    startLinkUnused() {
      say(
        'The browser has not asked for the page yet; if none appeared, open the address above yourself. Still waiting.',
      );
    },
    foreignRequest({ kind, text }) {
      if (kind !== 'foreign-request' || settings.debug) say(`note: ${text}`);
    },
  };
}
