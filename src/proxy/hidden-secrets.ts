import type { Secret } from '../ground/secret.ts';

/** What is shorter than this, in characters, would be found in places where it is no secret. */
const SHORTEST = 8;
const COVER = 0x2a;

/**
 * The spellings in which a server may repeat secrets: as they are, percent-encoded, with the slashes of JSON escaped, and
 * in Base64 wherever they begin in its groups of three bytes, where a letter at each end may stay.
 */
export function spellingsOf(secrets: readonly Secret[]): readonly Buffer[] {
  const texts = secrets
    .map((secret) => secret.reveal())
    .filter((text) => text.length >= SHORTEST)
    .flatMap((text) => [text, encodeURIComponent(text), text.replaceAll('/', '\\/'), ...base64Of(text)]);
  return [...new Set(texts)].map((text) => Buffer.from(text));
}

function base64Of(text: string): readonly string[] {
  return [0, 1, 2].flatMap((before) => {
    const bytes = Buffer.concat([Buffer.alloc(before), Buffer.from(text)]);
    const first = Math.ceil((before * 8) / 6);
    const last = Math.floor((bytes.length * 8) / 6);
    return [bytes.toString('base64').slice(first, last), bytes.toString('base64url').slice(first, last)];
  });
}

/** The text with an asterisk for each character of a secret. */
export function withoutSecrets(text: string, spellings: readonly Buffer[]): string {
  return spellings.reduce((rest, spelling) => {
    const secret = spelling.toString();
    return rest.replaceAll(secret, '*'.repeat(secret.length));
  }, text);
}

/** Covers secrets in the parts of a body; its length stays. */
export interface BodyCover {
  /** Gives what can be passed on; the beginning of what may be a secret waits for the next part. */
  cover(part: Uint8Array): Buffer;
  /** Gives what still waited. */
  end(): Buffer;
}

/** Opens the cover of one body. */
export function openBodyCover(spellings: readonly Buffer[]): BodyCover {
  let waiting: Buffer = Buffer.alloc(0);
  return {
    cover(part) {
      const bytes = waiting.length === 0 ? Buffer.from(part) : Buffer.concat([waiting, part]);
      for (const spelling of spellings) {
        for (
          let at = bytes.indexOf(spelling);
          at !== -1;
          at = bytes.indexOf(spelling, at + spelling.length)
        ) {
          bytes.fill(COVER, at, at + spelling.length);
        }
      }
      const end = bytes.length - longestBeginning(bytes, spellings);
      waiting = bytes.subarray(end);
      return bytes.subarray(0, end);
    },
    end() {
      return waiting;
    },
  };
}

/** The length of the longest end of the bytes with which a spelling begins. */
function longestBeginning(bytes: Buffer, spellings: readonly Buffer[]): number {
  let longest = 0;
  for (const spelling of spellings) {
    const first = spelling[0] ?? 0;
    let at = bytes.indexOf(first, Math.max(0, bytes.length - spelling.length + 1));
    while (at !== -1 && bytes.length - at > longest) {
      if (bytes.subarray(at).equals(spelling.subarray(0, bytes.length - at))) {
        longest = bytes.length - at;
        break;
      }
      at = bytes.indexOf(first, at + 1);
    }
  }
  return longest;
}
