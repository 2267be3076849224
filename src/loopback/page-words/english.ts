import type { PageWords } from '../page-words.ts';

/** The words of the pages in English. */
export const english: PageWords = {
  direction: 'ltr',
  signedIn: 'Signed in to {provider}',
  signedOut: 'Signed out of {provider}',
  closeTab: 'You can close this tab and go back to the terminal.',
  unnamed: 'This provider does not say who you are.',
  granted: 'What you allowed',
  more: 'and {count} more',
  nextCommand: 'Next, in the terminal',
  goesOn: {
    title: 'One more step',
    text: 'The sign-in goes on in another tab, and the terminal says why. You can close this tab.',
  },
  refused: { title: 'Access was not granted', text: 'Nobody was signed in, and nothing was stored.' },
  failed: 'Sign-in to {provider} failed',
  timedOut: 'This sign-in took too long',
  stopped: 'The sign-in was stopped',
  whatToDo: 'What to do next',
  details: 'Technical details',
  reasons: {
    network: 'The provider could not be reached, or did not answer in time.',
    server: 'The provider did not accept the sign-in.',
    reply: 'The reply of the provider did not pass the checks, so it was not used.',
    store: 'You came back in good order, but the sign-in could not be saved on this computer.',
    timeout: 'The terminal has stopped waiting. Nobody was signed in, and nothing was stored.',
    stopped: 'It was stopped in the terminal. Nobody was signed in, and nothing was stored.',
    other: 'Something went wrong, and nobody was signed in.',
  },
  stillWaiting: 'Go back to the terminal: the sign-in there is still waiting for you.',
  malformed: 'This request makes no sense',
  misdirected: 'This is not the right address',
  tooLong: 'This request is too long',
  prefetch: 'Open this link yourself',
  incomplete: {
    title: 'The reply was incomplete',
    text: 'The provider sent you back with neither a code nor an error.',
  },
  forbidden: {
    title: 'This does not belong to the sign-in',
    text: 'What arrived here is not the reply that was expected.',
  },
  unconfirmed: {
    title: 'Another browser began this sign-in',
    text: 'The sign-in has to end in the browser that it began in. Go back to the terminal and open the link there in this browser, or finish in the other one.',
  },
  linkReused: {
    title: 'The sign-in was stopped',
    text: 'Its link had already been opened in another browser, perhaps by somebody else. Go back to the terminal and start again.',
  },
  notFound: {
    title: 'There is nothing here',
    text: 'This address is not part of a sign-in. If you came here to sign in, go back to the terminal and use the link that is shown there.',
  },
  answered: {
    title: 'This sign-in already has a reply',
    text: 'A second, different reply arrived and was ignored. Go back to the terminal to see the result.',
  },
  ended: {
    title: 'This sign-in has ended',
    text: 'Go back to the terminal to see why, and start again there.',
  },
};
