import { readSync } from 'node:fs';

/** The first `most` bytes of a file and one more, when it has that: whatever its size says, and of devices that never end. */
export function readStart(descriptor: number, most: number): Buffer {
  const buffer = Buffer.alloc(most + 1);
  let length = 0;
  for (let read = -1; read !== 0 && length < buffer.length; length += read) {
    read = readSync(descriptor, buffer, length, buffer.length - length, null);
  }
  return buffer.subarray(0, length);
}
