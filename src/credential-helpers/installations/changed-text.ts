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
 * The text with the entries, or without them. A byte order mark stays, and a file whose lines all end with CR and LF gets
 * lines of that kind. When nothing but the entries has changed since, the original text comes back to the byte.
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
  const hasCarriageReturns = /\r\n/.test(body) && !/(?:^|[^\r])\n/.test(body);
  const changed = change(hasCarriageReturns ? body.replaceAll('\r\n', '\n') : body);
  return changed === undefined
    ? undefined
    : `${mark}${hasCarriageReturns ? changed.replaceAll('\n', '\r\n') : changed}`;
}
