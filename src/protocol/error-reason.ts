import { defined } from '../ground/defined.ts';
import { quoteForeign } from '../ground/safe-text.ts';
import { readForeignError } from './foreign-error.ts';

/** What a server gives as its reason; both members are its own words. */
export interface Reason {
  readonly error?: string;
  readonly error_description?: string;
}

/** The reason in the words of an error, made safe: ` (code), saying "…"`; empty when there is none. */
export function reasonText({ error, error_description }: Readonly<Record<string, unknown>>): string {
  const code =
    typeof error !== 'string' || error === 'unknown_error'
      ? ''
      : ` (${quoteForeign(error, { breakCommands: true, maximumLength: 64 })})`;
  return typeof error_description === 'string' && error_description !== ''
    ? `${code}, saying ${quoteForeign(error_description, { breakCommands: true })}`
    : code;
}

/** The reason in a document of a refusal, in any of the forms that are known; nothing where the text is no JSON object. */
export function readReason(text: string): Reason | undefined {
  try {
    const document: unknown = JSON.parse(text);
    return typeof document === 'object' && document !== null
      ? readForeignError({ ...document }, true)
      : undefined;
  } catch {
    return undefined;
  }
}

/**
 * The reason in a challenge (RFC 6750 §3).
 *
 * @see [RFC 9110 §11.6.1](https://www.rfc-editor.org/rfc/rfc9110.html#section-11.6.1)
 */
export function readChallenge(challenge: string): Reason {
  const parameter = (name: string) => {
    const [, quoted, plain] =
      new RegExp(`(?:^|[\\s,])${name}\\s*=\\s*(?:"((?:[^"\\\\]|\\\\.)*)"|([\\w.-]+))`, 'i').exec(challenge) ??
      [];
    return quoted?.replace(/\\(.)/g, '$1') ?? plain;
  };
  const [error, errorDescription] = [parameter('error'), parameter('error_description')];
  return {
    ...defined({ error, error_description: errorDescription }),
  };
}
