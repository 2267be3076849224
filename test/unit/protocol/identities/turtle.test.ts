import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readTurtle } from '../../../../src/protocol/identities/turtle.ts';
import { quickest } from '../../../support/quickest.ts';

const BASE = 'https://pod.example/card';
const read = (text: string) =>
  readTurtle(text, BASE)?.map(({ subject, predicate, object }) => `${subject} ${predicate} ${object}`);

describe('a Turtle document', () => {
  it.each([
    ['<#me> <http://p.example/> <https://a.example/>.', [`${BASE}#me http://p.example/ https://a.example/`]],
    [
      '@prefix x: <http://x.example/>.\n<> x:y x:z , x:w ; x:v <b> .',
      [
        `${BASE} http://x.example/y http://x.example/z`,
        `${BASE} http://x.example/y http://x.example/w`,
        `${BASE} http://x.example/v https://pod.example/b`,
      ],
    ],
    [
      'PREFIX : <http://x.example/>\nBASE <https://b.example/>\n:a :b <c>;.',
      ['http://x.example/a http://x.example/b https://b.example/c'],
    ],
    [
      '<> a <http://t.example/>.',
      [`${BASE} http://www.w3.org/1999/02/22-rdf-syntax-ns#type http://t.example/`],
    ],
    [
      '# a comment\n<> <http://p.example/> "text", "x"@en-GB, "1"^^<http://t.example/>, 7, -1.5e3, true, <o>. # end',
      [`${BASE} http://p.example/ https://pod.example/o`],
    ],
    [
      '<> <http://p.example/> """one "two" three""", \'\'\'it\'s\'\'\', "a\\"b", <o>.',
      [`${BASE} http://p.example/ https://pod.example/o`],
    ],
    [
      '<> <http://p.example/> [ <http://q.example/> <no>; <http://r.example/> (1 <no> "x") ], <o>.',
      [`${BASE} http://p.example/ https://pod.example/o`],
    ],
    ['_:b <http://p.example/> <no>. [] <http://p.example/> <no>. [ <http://p.example/> <no> ].', []],
    ['<> <http://p.example/> "<#me> <http://p.example/> <no> ."; <http://q.example/> _:x.', []],
    [
      '@prefix base: <http://x.example/>. base:a base:b base:c.d.',
      ['http://x.example/a http://x.example/b http://x.example/c.d'],
    ],
    [
      '<#me> <http://p.example/> <https://issuer.example>.',
      [`${BASE}#me http://p.example/ https://issuer.example`],
    ],
    ['', []],
  ])('is read: %s', (text, statements) => {
    expect(read(text)).toEqual(statements);
  });

  it.each([
    '<> <http://p.example/> <o>',
    '<> <http://p.example/>.',
    '<> x:y <o>.',
    '<> <http://p.example/> "open.',
    '<> <http://p.example/> [ <http://q.example/> <o>.',
    '<> <http://p.example/> (<o>.',
    '<html><body><p>hello</p></body></html>',
    '{"a": 1}',
    '@prefix x <http://x.example/>.',
    `<> <http://p.example/> ${'['.repeat(100)}${']'.repeat(100)}.`,
    `<> <http://p.example/> ${'('.repeat(100)}${')'.repeat(100)}.`,
    '<> <http://p.example/> <o>.'.repeat(5001),
    '<> <http://p.example/> <http://[>.',
  ])('is none where it cannot be read to its end: %s', (text) => {
    expect(readTurtle(text, BASE)).toBeUndefined();
  });

  it('never throws', () => {
    const parts = fc.constantFrom(
      '<',
      '>',
      '"',
      '""',
      "'",
      '.',
      ';',
      ',',
      '[',
      ']',
      '(',
      ')',
      'a ',
      '@prefix ',
      'x:',
      ' ',
      '#',
      '\n',
      '^^',
      '\\',
      '_:b',
    );
    fc.assert(
      fc.property(fc.array(parts, { maxLength: 60 }), (text) => {
        readTurtle(text.join(''), BASE);
      }),
    );
  });

  it.each([
    [' ', 500_000],
    ['#', 500_000],
    ['#\n', 250_000],
    ['"', 500_001],
    ['"""x', 120_000],
    ["'", 500_001],
    ['<> <http://p.example/> """\\"', 20_000],
    ['a.', 250_000],
    ['a:b.', 120_000],
    ['<', 500_000],
    ['[', 500_000],
    ['9', 500_000],
    ['"a"@x-', 80_000],
  ])('takes no time that grows faster than the document: %j', (part, times) => {
    const started = performance.now();
    readTurtle(part.repeat(times), BASE);
    readTurtle(`<> <http://p.example/> ${part.repeat(times)}`, BASE);
    expect(performance.now() - started).toBeLessThan(5000);
  });

  it.each([
    ['numbers without spaces', `<> <p> (${repeated('true-1')}).`],
    ['names without a colon', `<> <p> (${repeated('1a.b-')}).`],
    ['bases, each of the one before', repeated('@base <a/>.')],
    ['prefixes', repeated('@prefix a: <b>.')],
    [
      'names of a long prefix',
      `@prefix a: <http://x.example/${'x'.repeat(200_000)}>.${repeated('<> a:b a:c.')}`,
    ],
    [
      'addresses of a long base',
      `@base <http://x.example/${'x'.repeat(200_000)}/>.${repeated('<> <b> <c>.')}`,
    ],
    ['a long text that does not end', `<> <p> (${repeated('"""\\""')}`],
    ['blank nodes', `<> <p> (${repeated('[]')}).`],
    ['semicolons', `<> <p> <o>${repeated(';')}.`],
  ])('is given up early, whatever 512 KiB of it are: %s', (_, text) => {
    // Eight times the text takes eight times as long at most, and not sixty-four times; 2 ms are too few to compare.
    const eighth = Math.max(
      2,
      quickest(() => readTurtle(text.slice(0, text.length / 8), BASE)),
    );
    expect(quickest(() => readTurtle(text, BASE))).toBeLessThan(32 * eighth);
  });

  it('has no more terms, and no longer addresses, than profiles have', () => {
    const numbers = (count: number) => `<> <http://p.example/> ${Array(count).fill('1').join()}.`;
    expect([read(numbers(14_000)), read(numbers(15_000))]).toEqual([[], undefined]);
    const address = (length: number) => `<> <http://p.example/> <http://o.example/${'o'.repeat(length)}>.`;
    expect([read(address(2000))?.length, read(address(2048))]).toEqual([1, undefined]);
    expect(read(`@prefix x: <http://x.example/>. <> x:y x:${'z'.repeat(2048)}.`)).toBeUndefined();
  });
});

function repeated(part: string): string {
  return part.repeat(Math.floor((512 * 1024) / part.length));
}
