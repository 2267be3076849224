import type { TokenOriginQuestion } from '../access/confirm-token-origin.ts';
import type { Context } from '../ground/context.ts';
import { safeText } from '../ground/safe-text.ts';
import { person } from '../profile/person.ts';
import type { SignInQuestions, StoreQuestions } from '../sign-in/ports.ts';

/** Asks the person at the terminal what a sign-in to that provider wants to know. */
export function signInQuestions(label: string, context: Context): SignInQuestions {
  return {
    ...storeQuestions(context),
    isTokenOriginOfProvider: tokenOriginQuestion(context),
    async isHostOfProvider(host) {
      const prompts = await context.openPrompts();
      return prompts.confirm(
        `${label} sends you to a page on another host, ${host}. Does that host belong to ${label}?`,
        false,
      );
    },
    async pastedAddress(work) {
      const prompts = await context.openPrompts();
      return prompts.hidden((ask) =>
        work((stop) => ask('Paste the address here (it stays hidden)', { stop })),
      );
    },
    async verifier(work) {
      const prompts = await context.openPrompts();
      return prompts.hidden((ask) =>
        work((stop) =>
          ask(`The code that the page of ${label} shows (hidden while you type or paste)`, { stop }),
        ),
      );
    },
    async credential({ what, clientId, provider }) {
      const { term, place } = (what === 'client token' && provider.device?.clientToken) || {
        term: 'Client secret',
      };
      const where = place === undefined ? '' : `${place}; `;
      const prompts = await context.openPrompts();
      return prompts.secret(`${term} of ${clientId} at ${label} (${where}hidden while you type or paste)`, {
        validate: (text) => (text.trim() === '' ? `${label} needs it` : undefined),
      });
    },
    async agreesToServer(resource, host) {
      const prompts = await context.openPrompts();
      return prompts.confirm(`Sign in at ${host}, and give ${resource} the token?`, false);
    },
    async isSamePerson(profile) {
      const who = profile === undefined ? '' : `, as ${person(profile)}`;
      const prompts = await context.openPrompts();
      return prompts.confirm(
        `The sign-in finished in a different browser from the one that was opened${who}. Was that you?`,
        false,
      );
    },
  };
}

/** Asks the person at the terminal whether a token endpoint on another host belongs to the provider. */
export function tokenOriginQuestion(context: Context): TokenOriginQuestion {
  return async ({ label, signInHost, tokenHost, isBothElsewhere }) => {
    const prompts = await context.openPrompts();
    return prompts.confirm(
      isBothElsewhere
        ? `${signInHost} has you sign in at another host, ${tokenHost}, and gets its tokens. Do both belong together?`
        : `${label} signs in at ${signInHost}, but the code and the tokens go to ${tokenHost}. Do both belong to it?`,
      false,
    );
  };
}

/** Asks the person at the terminal where the sealing key is to be kept. */
export function storeQuestions(context: Context): StoreQuestions {
  return {
    async chooseStore({ message }) {
      context.stderr.write(`${message.charAt(0).toUpperCase()}${message.slice(1)}.\n`);
      const prompts = await context.openPrompts();
      return prompts.choose<'passphrase' | 'file' | 'stop'>(
        'Where should the key that protects your sign-ins be kept?',
        [
          {
            value: 'passphrase',
            label: 'A passphrase',
            hint: 'asked for at each use, or taken from OAUTH_LOGIN_PASSPHRASE',
          },
          {
            value: 'file',
            label: 'A file next to your sign-ins',
            hint: 'weaker: only file permissions protect it',
          },
          { value: 'stop', label: 'Stop', hint: 'and set up a keychain first' },
        ],
      );
    },
    storeRemembered() {
      context.stderr.write('Saved. To change it, use --store or the key "store" in config.json.\n');
    },
  };
}

/** Asks the person which of the servers that a protected resource names to sign in to. */
export function chooseServer(
  context: Context,
): (label: string, issuers: readonly string[]) => Promise<string> {
  return async (label, issuers) => {
    const prompts = await context.openPrompts();
    const choices = issuers.map((issuer) => ({ value: issuer, label: safeText(issuer, 400) }));
    return prompts.choose(`${label} takes tokens of several servers. Where do you sign in?`, choices);
  };
}
