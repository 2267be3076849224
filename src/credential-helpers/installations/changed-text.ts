import { UsageError } from '../../ground/errors.ts';
import type { Installation, InstallWish } from './installation.ts';

/** What a file of another program was and is. */
export interface TextsOfFile {
  readonly text: string;
  /** Before the first change of this tool, as far as it is known: an empty text for a file that was not there. */
  readonly original: string;
}

const BYTE_ORDER_MARK = '\ufeff';

/**
 * The text with the entries, or without them. A byte order mark stays, and each line keeps its end; a file whose
 * lines all end with CR and LF gets lines of that kind. When nothing but the entries has changed since, the original text
 * comes back to the byte.
 *
 * Gives `undefined` for a text that is not understood; throws what the installation throws.
 */
export function changedText(
  installation: Installation,
  action: 'install' | 'uninstall',
  { text, original }: TextsOfFile,
  wish: InstallWish,
): string | undefined {
  if (action === 'install') {
    return inItsForm(text, (plain) => installation.add(plain, wish));
  }
  if (original !== text && changedAgain(installation, original, wish) === text) {
    return original;
  }
  return inItsForm(text, (plain) => installation.remove(plain, wish));
}

/** The original with the entries; `undefined` where what they hold is not told, since that is not needed to remove them. */
function changedAgain(installation: Installation, original: string, wish: InstallWish): string | undefined {
  try {
    return inItsForm(original, (plain) => installation.add(plain, wish));
  } catch (error) {
    if (!(error instanceof UsageError)) {
      throw error;
    }
    return undefined;
  }
}

function inItsForm(text: string, change: (plain: string) => string | undefined): string | undefined {
  const mark = text.startsWith(BYTE_ORDER_MARK) ? BYTE_ORDER_MARK : '';
  const body = text.slice(mark.length);
  const changed = change(body.replaceAll('\r\n', '\n'));
  return changed === undefined ? undefined : `${mark}${withLineEnds(changed, body)}`;
}

/** The text with the line ends of the other one. A line that is new gets CR and LF only where all others have them. */
function withLineEnds(text: string, before: string): string {
  if (!before.includes('\r\n')) {
    return text;
  }
  if (!/(?:^|[^\r])\n/.test(before)) {
    return text.replaceAll('\n', '\r\n');
  }
  const old = before.split(/(?<=\n)/);
  const lines = text.split(/(?<=\n)/);
  const plain = old.map((line) => line.replace(/\r\n$/, '\n'));
  const most = Math.min(old.length, lines.length);
  let head = 0;
  while (head < most && lines[head] === plain[head]) {
    head += 1;
  }
  let tail = 0;
  while (tail < most - head && lines.at(-1 - tail) === plain.at(-1 - tail)) {
    tail += 1;
  }
  // Between the first change and the last one, the next line that is the same is taken for the same line.
  let next = head;
  const middle = lines.slice(head, lines.length - tail).map((line) => {
    const place = plain.indexOf(line, next);
    const isFound = place !== -1 && place < old.length - tail;
    next = isFound ? place + 1 : next;
    return isFound ? old[place] : line;
  });
  return [...old.slice(0, head), ...middle, ...old.slice(old.length - tail)].join('');
}
