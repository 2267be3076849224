import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { openLock } from '../../../src/accounts/lock.ts';
import { realClock } from '../store-context.ts';

/** Takes the lock and then counts one up, slowly, or keeps it for ever. */
const [file = '', counter = '', keep] = process.argv.slice(2);
const lock = await openLock(file, { clock: realClock, signal: new AbortController().signal });
if (keep === 'for ever') {
  console.log('held');
  setInterval(() => {}, 1_000);
} else {
  const before = Number(readFileSync(counter, 'utf8'));
  await realClock.sleep(5);
  writeFileSync(counter, String(before + 1));
  appendFileSync(`${counter}.log`, `${process.pid} ${lock.isHeld()}\n`);
  lock.release();
}
