import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parsePlainJson } from '../../../src/ground/plain-json.ts';

const INHERITED = ['__proto__', 'constructor', 'prototype'];

/** The name as JSON, with some of its characters written as escapes. */
const spelling = (name: string) =>
  fc
    .array(fc.boolean(), { minLength: name.length, maxLength: name.length })
    .map((isEscaped) =>
      [...name].map((character, at) => (isEscaped[at] ? escaped(character) : character)).join(''),
    )
    .map((text) => `"${text}"`);

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

const name = fc
  .constantFrom(...INHERITED, 'id', 'login')
  .chain((text) => fc.oneof(fc.constant(`"${text}"`), spelling(text)));
const { document } = fc.letrec<{ document: string }>((tie) => ({
  document: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom('null', '1', '"text"', '"__proto__"', '"a\\\\b"'),
    fc.array(tie('document'), { maxLength: 3 }).map((items) => `[${items.join(',')}]`),
    fc
      .array(fc.tuple(name, tie('document')), { maxLength: 3 })
      .map((members) => `{${members.map(([key, value]) => `${key}:${value}`).join(',')}}`),
  ),
}));

describe('JSON without members that would be taken for inherited ones', () => {
  it('has none of them, however they are spelt, and everything else', () => {
    let dropped = 0;
    fc.assert(
      fc.property(document, (text) => {
        const expected = JSON.parse(text, (key, value) => (INHERITED.includes(key) ? undefined : value));
        const found = parsePlainJson(text);
        expect(found).toEqual(expected);
        expect(JSON.stringify(found)).toBe(JSON.stringify(expected));
        if (JSON.stringify(found) !== JSON.stringify(JSON.parse(text))) {
          dropped += 1;
        }
      }),
      { numRuns: 2_000 },
    );
    expect(dropped).toBeGreaterThan(100);
  });

  it('is undefined when it is no JSON', () => {
    expect(parsePlainJson('{"a":')).toBeUndefined();
    expect(parsePlainJson('')).toBeUndefined();
  });
});
