import { text } from './description.ts';

/** The rule for names of providers; they become parts of variable names and of file names. */
export const PROVIDER_NAME = /^[a-z0-9][a-z0-9._-]{0,63}(?<!\.)$/u;

/** The texts that more than one member of a provider file consists of. */
export const name = text('a name of small letters, digits, ".", "_" and "-"', PROVIDER_NAME);
export const words = text('one line of text', /^[^\p{C}\p{Zl}\p{Zp}]{1,600}$/u);
export const sentence = text('one sentence with a full stop', /^[^\p{C}\p{Zl}\p{Zp}]{1,599}[.]$/u);
export const scope = text('one scope, without spaces (RFC 6749 §3.3)', /^[\x21\x23-\x5b\x5d-\x7e]+$/u);
export const value = text('a string without control characters', /^[^\p{C}\p{Zl}\p{Zp}]{0,2048}$/u);
export const address = text(
  'an https URL, which may contain {host}, {api} and {tenant}',
  /^(?:https:\/\/[^\s\p{C}#@/]+(?:\/[^\s\p{C}#]*)?|\{api\}[^\s\p{C}#]*)$/u,
);
export const directory = text(
  'an https URL, or an http URL of this machine',
  /^(?:https:\/\/[^\s\p{C}#@/?]+|http:\/\/(?:127\.0\.0\.1|localhost):\d{1,5})(?:\/[^\s\p{C}#?]*)?$/u,
);
export const page = text('the https URL of a page', /^https:\/\/[^\s\p{C}@]+$/u);
export const origin = text(
  'an https origin such as "https://api.example.com"',
  /^(?:https:\/\/[a-z0-9.{}-]+(?::\d{1,5})?|\{api\})$/u,
);
export const addressVariable = text(
  'the name of a variable of the environment, in capitals, that ends in URL, URI, ENDPOINT or BASE',
  /^[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*_(?:URL|URI|ENDPOINT|BASE)$/u,
);
export const headerName = text('the name of a header', /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/u);
export const path = text('a path such as "data.id"', /^[^\s\p{C}{}.]+(?:\.[^\s\p{C}{}.]+)*$/u);
export const claim = text(
  'a path such as "data.id", or an https URL with paths in braces',
  /^(?:[^\s\p{C}{}.]+(?:\.[^\s\p{C}{}.]+)*|https:\/\/[^\s\p{C}]+)$/u,
);
