/** A heading and the sentence below it. */
export interface TitledText {
  readonly title: string;
  readonly text: string;
}

/** Every word of the pages in one language; `{provider}` and `{count}` stand for what is filled in. */
export interface PageWords {
  readonly direction: 'ltr' | 'rtl';
  readonly signedIn: string;
  readonly signedOut: string;
  readonly closeTab: string;
  /** The provider did not say who signed in. */
  readonly unnamed: string;
  readonly granted: string;
  readonly more: string;
  readonly nextCommand: string;
  readonly goesOn: TitledText;
  readonly refused: TitledText;
  readonly failed: string;
  readonly timedOut: string;
  readonly stopped: string;
  readonly whatToDo: string;
  readonly details: string;
  /** Why a sign-in failed, in words for people; the technical line is folded below. */
  readonly reasons: {
    readonly network: string;
    readonly server: string;
    readonly reply: string;
    readonly store: string;
    readonly timeout: string;
    readonly stopped: string;
    readonly other: string;
  };
  readonly stillWaiting: string;
  readonly malformed: string;
  readonly misdirected: string;
  readonly tooLong: string;
  readonly prefetch: string;
  readonly incomplete: TitledText;
  readonly forbidden: TitledText;
  readonly unconfirmed: TitledText;
  readonly linkReused: TitledText;
  readonly notFound: TitledText;
  readonly answered: TitledText;
  readonly ended: TitledText;
}
