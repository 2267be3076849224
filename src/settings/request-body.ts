import { readFileSync } from 'node:fs';
import type { Context } from '../ground/context.ts';
import { UsageError } from '../ground/errors.ts';
import { type OpenFile, openFile } from '../ground/open-file.ts';
import { readInput } from '../ground/read-input.ts';
import { systemReason } from '../ground/system-words.ts';
import type { RequestData } from './request-settings.ts';

type Needs = Pick<Context, 'stdin' | 'signal'>;

/**
 * Reads the body whole, so that it can be sent a second time. Throws a `UsageError` for a file that cannot be read;
 * rejects with the signal's reason, also while it waits for the writer of a pipe.
 */
export async function readRequestBody({ parts, kind }: RequestData, context: Needs): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  for (const [index, part] of parts.entries()) {
    if (kind === 'form' && index > 0) {
      pieces.push(Buffer.from('&'));
    }
    const content = part.startsWith('@') ? await readSource(part.slice(1), context) : Buffer.from(part);
    pieces.push(kind === 'form' && part.startsWith('@') ? withoutLineBreaks(content) : content);
  }
  return Buffer.concat(pieces);
}

/** The flag that reads standard input, if there is one. */
export function standardInputFlags({ parts, kind }: RequestData): readonly string[] {
  return parts.includes('@-') ? [kind === 'form' ? '--data' : '--json'] : [];
}

/** What curl takes out of a file given to `--data`. */
function withoutLineBreaks(content: Uint8Array): Uint8Array {
  return content.filter((byte) => byte !== 0x0a && byte !== 0x0d && byte !== 0);
}

async function readSource(path: string, { stdin, signal }: Needs): Promise<Uint8Array> {
  if (path === '-') {
    return readInput(stdin, signal);
  }
  let file: OpenFile | undefined;
  try {
    file = openFile(path);
    const stream = await file.stream?.();
    return stream === undefined ? readFileSync(file.descriptor) : await readInput(stream, signal);
  } catch (cause) {
    signal.throwIfAborted();
    const reason = systemReason(cause);
    throw new UsageError('usage_invalid', `cannot read ${path} (${reason})`, {
      hint: 'name a file with the body of the request after @, or @- for standard input',
      cause,
    });
  } finally {
    file?.close();
  }
}
