import { rmSync } from 'node:fs';
import { StoreError } from '../../../src/ground/errors.ts';
import { readPrivateFile } from '../../../src/secrets/private-file-reading.ts';
import { writePrivateFile } from '../../../src/secrets/private-file-writing.ts';

/**
 * Writes the same private file again and again and reads it back, and tells what came of it. After each success
 * `undone`, a directory, is removed, so that it has to be made anew.
 */
const [file = '', count = '', seconds = '', undone = ''] = process.argv.slice(2);
const result = { attempts: 0, written: 0, refusals: {} as Record<string, number>, foreign: [] as string[] };
const end = performance.now() + Number(seconds) * 1_000;
process.stdout.write('ready\n');
while (result.attempts < Number(count) && performance.now() < end) {
  result.attempts += 1;
  try {
    writePrivateFile(file, `CANARY ours ${result.attempts}`);
    result.written += 1;
    const text = readPrivateFile(file)?.toString();
    if (text !== undefined && !/^CANARY ours/.test(text)) {
      result.foreign.push(text);
    }
    if (undone !== '') {
      rmSync(undone, { recursive: true });
    }
  } catch (error) {
    if (!(error instanceof StoreError)) {
      throw error;
    }
    result.refusals[error.code] = (result.refusals[error.code] ?? 0) + 1;
  }
}
console.log(JSON.stringify({ ...result, foreign: [...new Set(result.foreign)] }));
