import { readFile } from 'node:fs/promises';
import type { Context } from '../context.ts';
import { UsageError } from '../errors.ts';
import type { RequestData } from './request-settings.ts';

/** Reads the body whole, so that it can be sent a second time; throws a `UsageError` for a file that cannot be read. */
export async function readRequestBody(
  { parts, kind }: RequestData,
  context: Pick<Context, 'stdin'>,
): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  for (const [index, part] of parts.entries()) {
    if (kind === 'form' && index > 0) pieces.push(Buffer.from('&'));
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

async function readSource(path: string, { stdin }: Pick<Context, 'stdin'>): Promise<Uint8Array> {
  if (path === '-') {
    const chunks: Uint8Array[] = [];
    for await (const chunk of stdin) chunks.push(Buffer.from(chunk));
    return Buffer.concat(chunks);
  }
  try {
    return await readFile(path);
  } catch (cause) {
    const reason = cause instanceof Error && 'code' in cause ? ` (${cause.code})` : '';
    throw new UsageError('usage_invalid', `cannot read ${path}${reason}`, {
      hint: 'name a file with the body of the request after @, or @- for standard input',
    });
  }
}
