import type { TokenOriginQuestion } from '../access/confirm-token-origin.ts';
import type { SignInProgress } from '../grants/sign-in-progress.ts';
import type { GrantQuestions } from '../grants/sign-in-request.ts';
import type { StoreError } from '../ground/errors.ts';
import type { Fetch } from '../ground/fetch.ts';
import type { Secret } from '../ground/secret.ts';
import type { Profile } from '../profile/profile.ts';
import type { Provider, ResolvedProvider } from '../providers/provider.ts';
import type { LoginSettings } from '../settings/login-settings.ts';
import type { RegisteredSettings } from './stages.ts';

/** What a person is asked when the keychain is not there. */
export interface StoreQuestions {
  /** Where the sealing key is to be kept instead; `reason` says why it cannot be the keychain. */
  chooseStore(reason: StoreError): Promise<'passphrase' | 'file' | 'stop'>;
  /** The answer is in the configuration now. */
  storeRemembered(): void;
}

/** A credential of a client, and whose it is. */
export interface WantedCredential {
  readonly what: 'client secret' | 'client token';
  readonly clientId: string;
  readonly provider: Provider;
}

/** What a sign-in asks the person at the terminal. Each rejects with an `AbortedError` on Ctrl-C and Ctrl-D. */
export interface SignInQuestions extends GrantQuestions, StoreQuestions {
  credential(wanted: WantedCredential): Promise<Secret>;
  /** Whether the protected resource of that label may get a token of the server at that host. */
  agreesToServer(label: string, host: string): Promise<boolean>;
  readonly isTokenOriginOfProvider: TokenOriginQuestion;
  /**
   * Whether the person at the terminal is the one who came back in another browser. The profile says who that is.
   */
  isSamePerson(profile: Profile | undefined): Promise<boolean>;
}

/** A provider that was found, and for which there is no client yet. */
export interface FoundProvider {
  readonly settings: LoginSettings;
  readonly provider: ResolvedProvider;
  readonly fetch: Fetch;
}

/** The person at the terminal, or the program that shows the sign-in to a person. It has all the words. */
export interface SignInPorts {
  readonly progress: SignInProgress;
  /** Asked only where `isInteractive`. */
  readonly questions: SignInQuestions;
  /** Registers a client, by this tool itself where the server lets it, or leads the person at the terminal through it. */
  readonly registerClient: (found: FoundProvider) => Promise<RegisteredSettings>;
}
