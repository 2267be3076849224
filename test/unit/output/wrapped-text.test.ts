import { describe, expect, it } from 'vitest';
import { wrappedText } from '../../../src/output/wrapped-text.ts';

describe('running text', () => {
  it('breaks between words, within the width of the terminal', () => {
    expect(wrappedText('one two three four five six', 20)).toBe('one two three four\nfive six');
  });

  it('stands beside its number', () => {
    expect(wrappedText('one two three four five', 20, '  1. ')).toBe('  1. one two three\n     four five');
  });

  it('leaves a word that is wider than the terminal whole, so that an address can be copied', () => {
    const address = 'http://127.0.0.1:8923/callback';
    expect(wrappedText(`enter ${address} there`, 20)).toBe(`enter\n${address}\nthere`);
  });

  it('takes a terminal that tells no width for one of 80 columns', () => {
    const text = 'word '.repeat(100).trim();
    expect(wrappedText(text, 0)).toBe(wrappedText(text, 80));
  });

  it.each([undefined, 300])('is never too wide to be read (%s columns)', (columns) => {
    const lines = wrappedText('word '.repeat(100).trim(), columns).split('\n');
    expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(88);
  });
});
