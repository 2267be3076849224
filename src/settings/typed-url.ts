import { UsageError } from '../ground/errors.ts';
import { refuseKnownAddress } from './known-address.ts';

/** The URL that was typed; `undefined` for anything else. Throws a `UsageError` for a URL with more than an issuer has. */
export function typedUrl(text: string): URL | undefined {
  if (!/^https?:\/\//i.test(text)) {
    return undefined;
  }
  const url = URL.canParse(text) ? new URL(text) : undefined;
  // What is pasted from the bar of a browser, before anything is said of its query.
  if (url !== undefined && (url.search !== '' || url.hash !== '')) {
    refuseKnownAddress(url);
  }
  if (
    url !== undefined &&
    url.username === '' &&
    url.password === '' &&
    url.hash === '' &&
    url.search === ''
  ) {
    return url;
  }
  throw notPlainUrl();
}

/** The error for an issuer that is not a plain URL (OpenID Connect Discovery §3). */
export function notPlainUrl(): UsageError {
  return new UsageError('usage_invalid', 'the issuer is not a plain URL', {
    hint: 'give it as https://issuer.example, without user name, query or fragment',
  });
}
