/** Longest handle (https://atproto.com/specs/handle). */
const LONGEST_HANDLE = 253;
const HANDLE = /^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?$/;
/** Domains that are no names of the internet. `.test` is left for tests. */
const NOT_OF_INTERNET = /\.(?:alt|arpa|example|internal|invalid|local|localhost|onion)$/;
const PLC = /^did:plc:[a-z2-7]{24}$/;
/** A host in small letters, with a port on this machine alone: DIDs are compared character by character. */
const WEB = /^did:web:(?:([a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?\.[a-z][a-z0-9-]*)|localhost%3A(\d{1,5}))$/;

/** The handle that is meant by a word, with or without `@`, in small letters; `undefined` for any other word. */
export function readHandle(word: string): string | undefined {
  const handle = word.replace(/^@/, '').toLowerCase();
  const isFit = handle.length <= LONGEST_HANDLE && HANDLE.test(handle) && !NOT_OF_INTERNET.test(handle);
  return isFit ? handle : undefined;
}

/** Whether a text is a DID of the methods that atproto has: `did:plc`, and `did:web` without a path. */
export function isDid(text: unknown): text is string {
  return typeof text === 'string' && (PLC.test(text) || WEB.test(text));
}

/** The DID that is meant by a word, its host in small letters; `undefined` for any other word. */
export function readDid(word: string): string | undefined {
  const did = /^did:web:/i.test(word) ? word.toLowerCase().replaceAll('%3a', '%3A') : word;
  return isDid(did) ? did : undefined;
}

/**
 * The address of the document of a DID.
 *
 * @see https://web.plc.directory/spec/v0.1/did-plc
 * @see https://w3c-ccg.github.io/did-method-web/
 */
export function documentAddress(did: string, directory: string): string {
  const [, host, port] = WEB.exec(did) ?? [];
  if (host !== undefined) {
    return `https://${host}/.well-known/did.json`;
  }
  return port === undefined
    ? `${directory.replace(/\/$/, '')}/${did}`
    : `http://localhost:${port}/.well-known/did.json`;
}
