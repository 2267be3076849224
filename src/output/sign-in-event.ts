/**
 * What a program is told of a sign-in, as one object for each event (docs/events.md). Later versions may add events and
 * members.
 */
export type SignInEvent =
  /** The API takes tokens of a server with another origin, which is about to be asked for these scopes. */
  | {
      readonly event: 'resource';
      readonly resource: string;
      readonly issuer: string;
      readonly scopes: readonly string[];
      readonly endpoint_origins: readonly string[];
    }
  /** The sign-in page is known, and the listener is open. */
  | {
      readonly event: 'authorization_url';
      readonly url: string;
      readonly redirect_uri: string;
      readonly opens_browser: boolean;
      readonly ports: readonly number[];
      /** Seconds in which the address has to be opened; absent where it does not end. */
      readonly url_expires_in?: number;
    }
  /** The code to enter on another device, and where; `expires_in` is in seconds. */
  | {
      readonly event: 'user_code';
      readonly user_code: string;
      readonly verification_uri: string;
      readonly expires_in: number;
    }
  /** The server asks that person on a device of theirs (CIBA); `expires_in` is in seconds. */
  | {
      readonly event: 'asked_on_device';
      readonly login_hint: string;
      readonly binding_message?: string;
      readonly expires_in: number;
    }
  /** The wait for the person begins, and lasts that many seconds at most. */
  | { readonly event: 'waiting'; readonly expires_in: number }
  /** The browser could not be opened. */
  | { readonly event: 'browser_failed' }
  /** The browser was opened, and has not requested the page. */
  | { readonly event: 'browser_late' }
  /** Something that does not end the sign-in. */
  | { readonly event: 'notice'; readonly code: string; readonly message: string }
  /** Everything is done and stored; `sub` is `null` if the server does not say who signed in. */
  | {
      readonly event: 'signed_in';
      readonly account: string;
      readonly provider: string;
      readonly issuer: string;
      readonly sub: string | null;
    }
  /** The last event of a sign-in that failed. */
  | {
      readonly event: 'error';
      readonly code: string;
      readonly message: string;
      readonly hint: string;
      readonly exit_code: number;
    };
