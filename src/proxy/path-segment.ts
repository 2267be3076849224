/** How often a server may decode a path; what changes once more after that is not plain. */
const DECODINGS = 4;
const UNRESERVED = /^[A-Za-z0-9\-._~]$/;

/** The part of a path with its percent-encodings written in one way only (RFC 3986 §6.2.2). */
export function normalSegment(segment: string): string {
  return segment.replace(/%([0-9a-f]{2})/gi, (encoded, digits: string) => {
    const character = String.fromCharCode(Number.parseInt(digits, 16));
    return UNRESERVED.test(character) ? character : encoded.toUpperCase();
  });
}

/**
 * Whether a part of a path can mean only itself, whatever server reads it: not a slash, a backslash or dots, however
 * often or in whatever alphabet they are encoded, and not nothing.
 */
export function isPlainSegment(segment: string): boolean {
  let text = segment;
  for (let round = 0; text.includes('%'); round += 1) {
    const decoded = decodedOnce(text);
    if (decoded === undefined || round === DECODINGS) {
      return false;
    }
    text = decoded;
  }
  const usual = text.normalize('NFKC');
  return usual !== '' && !/[/\\\x00-\x1f\x7f]/.test(usual) && !/^\s*\.+\s*(?:;|$)/.test(usual);
}

function decodedOnce(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

/** Whether a path has a part that servers resolve or leave out: dots, nothing before the end, a backslash. */
export function hasAmbiguousPart(path: string): boolean {
  const segments = path.slice(1).split('/');
  return segments.some(
    (segment, index) =>
      segment.includes('\\') ||
      /^(?:\.|%2e){1,2}(?:;|$)/i.test(segment) ||
      (segment === '' && index < segments.length - 1),
  );
}
