import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const tests = join(import.meta.dirname, '..');
const page = readFileSync(join(tests, '../docs/security.md'), 'utf8');

/** The rows of the table: number, threat, what is done, file of a test. */
const rows = [...page.matchAll(/^\| (T\d{2}) \| ([^|]+) \| ([^|]+) \| `([^`|]+)` \|$/gm)].map(
  ([, number = '', threat = '', done = '', file = '']) => ({ number, threat, done, file }),
);

/** The numbers that titles of tests begin with, for each file. */
const numbersOfFiles = new Map(
  readdirSync(tests, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.test.ts'))
    .map((name) => {
      const text = readFileSync(join(tests, name), 'utf8');
      const titles = [...text.matchAll(/["'`]((?:T\d{2}[, ]+)+)[^"'`\s]/g)];
      return [name, new Set(titles.flatMap(([, numbers = '']) => numbers.match(/T\d{2}/g) ?? []))] as const;
    }),
);

describe('the table of threats in docs/security.md', () => {
  it('has a row for each number that a test is named after, and no other', () => {
    const named = new Set([...numbersOfFiles.values()].flatMap((numbers) => [...numbers]));
    expect(rows.map(({ number }) => number)).toEqual([...named].sort());
  });

  it.each(rows)('names a test of $number in $file', ({ number, file }) => {
    expect([...(numbersOfFiles.get(file) ?? [])]).toContain(number);
  });

  it('says each thing once', () => {
    expect(rows.length).toBeGreaterThan(50);
    expect(new Set(rows.map(({ threat }) => threat)).size).toBe(rows.length);
    expect(new Set(rows.map(({ done }) => done)).size).toBe(rows.length);
  });
});
