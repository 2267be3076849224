import {
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';

/**
 * Swaps what is at a path about a thousand times a second, reads whatever it can see there, and tells on SIGTERM how
 * often it succeeded. Its own files never hold CANARY.
 */
const [kind = '', path = '', outside = ''] = process.argv.slice(2);
const away = `${path}.away`;
const pause = new Int32Array(new SharedArrayBuffer(4));
const result = { swaps: 0, disclosed: 0 };

const steps: Record<string, readonly (() => void)[]> = {
  // The directory itself, where the one above it is open to everybody.
  directory: [
    () => renameSync(path, away),
    () => symlinkSync(outside, path),
    () => unlinkSync(path),
    () => renameSync(away, path),
  ],
  // What the other side is about to make, where nobody can remove what is not theirs.
  planted: [
    () => symlinkSync(outside, path),
    () => unlinkSync(path),
    () => mkdirSync(path, { mode: 0o777 }),
    () => rmdirSync(path),
  ],
  // The file, where it is the same user who does this.
  file: [
    () => writeFileSync(away, 'planted', { mode: 0o600 }),
    () => renameSync(away, path),
    () => symlinkSync(outside, away),
    () => renameSync(away, path),
  ],
};

function attempt(work: () => void): void {
  try {
    work();
    result.swaps += 1;
  } catch {
    // The other side was there first.
  }
}

function read(place: string): void {
  try {
    const text = readFileSync(place, 'utf8');
    if (text.includes('CANARY')) {
      result.disclosed += 1;
    }
  } catch {
    try {
      for (const name of readdirSync(place)) {
        read(`${place}/${name}`);
      }
    } catch {
      // Neither a file nor a directory that can be read.
    }
  }
}

function swap(): void {
  const began = performance.now();
  while (performance.now() - began < 20) {
    for (const step of steps[kind] ?? []) {
      attempt(step);
      if (kind !== 'file') {
        read(path);
      }
      Atomics.wait(pause, 0, 0, 0.5);
    }
  }
  setImmediate(swap);
}

process.on('SIGTERM', () => {
  process.stdout.write(`${JSON.stringify(result)}\n`, () => process.exit());
});
process.stdout.write('ready\n');
swap();
