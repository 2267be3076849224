import { type Candidate, candidates, type Offers } from './candidates.ts';
import type { Shell } from './shells.ts';

/** What PowerShell puts before the word at the cursor, since it drops an argument that is empty. */
const POWERSHELL_MARK = '.';

/**
 * What the script of a shell is answered: a line for each candidate, the value and, after a tabulator, its description.
 * The words are those that the script gives. bash gets values alone, quoted for it.
 */
export function completionReply(asking: Shell, words: readonly string[], offers: Offers): string {
  if (asking === 'bash') {
    const [line = '', current = ''] = words;
    return lines(bashValues(line, current, offers));
  }
  const last = words.at(-1) ?? '';
  const isMarked = asking === 'powershell' && last.startsWith(POWERSHELL_MARK);
  const typed = isMarked ? last.slice(POWERSHELL_MARK.length) : last;
  const found = candidates([...words.slice(0, -1), typed], offers);
  return lines(found.map(({ value, description }: Candidate) => `${value}\t${description}`));
}

function lines(texts: readonly string[]): string {
  return texts.map((text) => `${text}\n`).join('');
}

/**
 * bash gives the line up to the cursor, and the part of the last word that it replaces: it breaks words at a colon and at
 * an equals sign as well (`COMP_WORDBREAKS`), so what stands before that is left out of the reply.
 */
function bashValues(line: string, current: string, offers: Offers): readonly string[] {
  const { words, isQuoted } = splitLine(line);
  const typed = words.at(-1) ?? '';
  const replaced = splitLine(current).words.at(-1) ?? '';
  const kept = typed.endsWith(replaced) ? typed.length - replaced.length : 0;
  const found = candidates(words.slice(1), offers).map(({ value }) => value.slice(kept));
  // The only characters of a candidate that bash would read something into.
  return isQuoted ? found : found.map((value) => value.replaceAll(' ', '\\ '));
}

/** The words of a line as a POSIX shell splits it (XCU §2.2), without expanding anything; the last one may be empty or unfinished. */
export function splitLine(line: string): { readonly words: readonly string[]; readonly isQuoted: boolean } {
  const words = [''];
  let quote = '';
  for (let index = 0; index < line.length; index += 1) {
    const character = line.charAt(index);
    const last = words.length - 1;
    if (quote === '' && /\s/.test(character)) {
      // Several spaces are one.
      if (words[last] !== '' || /["']/.test(line.charAt(index - 1))) {
        words.push('');
      }
    } else if (character === '\\' && quote !== "'") {
      index += 1;
      words[last] += line.charAt(index);
    } else if (quote === '' && (character === '"' || character === "'")) {
      quote = character;
    } else if (character === quote) {
      quote = '';
    } else {
      words[last] += character;
    }
  }
  return { words, isQuoted: quote !== '' };
}
