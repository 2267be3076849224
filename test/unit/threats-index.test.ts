import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => from + index);

/** Threats that must have a test named after them. */
const required = [
  ...[1, 2, ...range(6, 13), ...range(15, 25), ...range(30, 45), 47, 55, 60, 61, 62, 63, 67, 68, 74],
].map((number) => `T${String(number).padStart(2, '0')}`);

const tests = join(import.meta.dirname, '..');
const named = new Set(
  readdirSync(tests, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.test.ts'))
    .map((name) => readFileSync(join(tests, name), 'utf8'))
    .flatMap((text) => [...text.matchAll(/["'`]((?:T\d{2}[, ]+)+)[^"'`\s]/g)])
    .flatMap(([, numbers = '']) => numbers.match(/T\d{2}/g) ?? []),
);

describe('every threat that holds now', () => {
  it.each(required)('%s has a test that begins with its number', (number) => {
    expect([...named]).toContain(number);
  });
});
