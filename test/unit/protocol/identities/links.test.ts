import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readHtmlLinks } from '../../../../src/protocol/identities/html-links.ts';
import { firstTarget, readLinkField } from '../../../../src/protocol/identities/link.ts';
import { quickest } from '../../../support/quickest.ts';

describe('the links of a Link field', () => {
  it.each([
    ['<https://a.example/>; rel="me"', [[['me'], 'https://a.example/']]],
    [
      '</a>; rel=me, </b>;title="x, <y>; z" ; REL = "One two"',
      [
        [['me'], '/a'],
        [['one', 'two'], '/b'],
      ],
    ],
    ['<a>; rel="first"; rel="second"', [[['first'], 'a']]],
    ['<a>; rel="http://Www.w3.org/ns/Solid"', [[['http://Www.w3.org/ns/Solid'], 'a']]],
    ['<a>; rel=x; anchor="#other"', []],
    ['nonsense, <b>; rel=x', [[['x'], 'b']]],
    ['<a; rel=x', []],
    ['', []],
  ])('are read: %s', (field, links) => {
    expect(readLinkField(field).map(({ relations, target }) => [relations, target])).toEqual(links);
  });
});

it.each([',', '<a>;anchor;a="\\', ';a="\\'])(
  'reads a field of %j over and over as fast as one of links, or nearly',
  (part) => {
    const field = (text: string) => `<a>${text.repeat(20_000)}`.slice(0, 16_384);
    const usual = quickest(() => readLinkField(field('<https://a.example/>; anchor="#a", ')));
    expect(quickest(() => readLinkField(field(part)))).toBeLessThan(20 * usual);
  },
);

describe('the links of an HTML page', () => {
  it.each([
    ['<link rel="me" href="https://a.example/">', ['https://a.example/']],
    ['<LINK\nHREF=/a REL=me />', ['/a']],
    ["<link rel='x me' href='/a?b=1&amp;c=&#x32;'>", ['/a?b=1&c=2']],
    ['<link rel=me href=/a href=/b>', ['/a']],
    ['<!-- <link rel=me href=/no> --><link rel=me href=/yes>', ['/yes']],
    ['<script>"<link rel=me href=/no>"</script><link rel=me href=/yes>', ['/yes']],
    ['<title><link rel=me href=/no></title><link rel=me href=/yes>', ['/yes']],
    ['<textarea><link rel=me href=/no></TEXTAREA ><link rel=me href=/yes>', ['/yes']],
    ['<template><link rel=me href=/no></template><link rel=me href=/yes>', ['/yes']],
    ['<p title="<link rel=me href=/no>">', []],
    ['<img rel=me href=/no><linker rel=me href=/no>', []],
    ['<script><link rel=me href=/no>', []],
    ['<a rel=me href=/no>', []],
    ['<!--><link rel=me href=/yes><!-- -->', ['/yes']],
    ['<!---><link rel=me href=/yes><!-- -->', ['/yes']],
    ['<!----><link rel=me href=/yes><!-- -->', ['/yes']],
    ['<!-- --!><link rel=me href=/yes><!-- -->', ['/yes']],
    ['<!--->--><link rel=me href=/yes>', ['/yes']],
    ['<!-- -> <link rel=me href=/no> -- > <link rel=me href=/no>\n--><link rel=me href=/yes>', ['/yes']],
    ['<!-- <link rel=me href=/no>', []],
    ...['xmp', 'iframe', 'noembed', 'noframes'].map((name): [string, string[]] => [
      `<${name}><link rel=me href=/no></${name}x></${name}><link rel=me href=/yes>`,
      ['/yes'],
    ]),
    ['<link rel=me href=/yes><plaintext><link rel=me href=/no></plaintext><link rel=me href=/no>', ['/yes']],
    ['</p title="><link rel=me href=/no>"><link rel=me href=/yes>', ['/yes']],
    ['</ title="><link rel=me href=/yes>', ['/yes']],
    ['<link rel=me href="/no', []],
    ['<link rel=me href=/no', []],
  ] as [string, string[]][])('are read: %s', (html, targets) => {
    const links = readHtmlLinks(html).filter(({ relations }) => relations.includes('me'));
    expect(links.map(({ target }) => target)).toEqual(targets);
  });

  it('are few, whatever the page is, and no page throws', () => {
    const parts = fc.constantFrom(
      '<',
      '>',
      '"',
      "'",
      '=',
      '/',
      '!--',
      '-->',
      'link ',
      'rel',
      'href',
      'me',
      ' ',
      '<script',
      '&#x;',
    );
    fc.assert(
      fc.property(fc.array(parts, { maxLength: 200 }), (page) => {
        expect(readHtmlLinks(page.join('')).length).toBeLessThanOrEqual(200);
      }),
    );
    expect(readHtmlLinks('<link rel=me href=/>'.repeat(5000))).toHaveLength(200);
  });

  it.each([
    ['<', 500_000],
    ['<a ', 160_000],
    ['<a b="', 80_000],
    ['<!--', 120_000],
    [' ', 500_000],
    ['<a x  =', 70_000],
    ['<script>', 60_000],
  ])('take no time that grows faster than the page: %j', (part, times) => {
    const started = performance.now();
    readHtmlLinks(`<a ${part.repeat(times)}`);
    readHtmlLinks(part.repeat(times));
    expect(performance.now() - started).toBeLessThan(5000);
  });
});

it('gives the first target as an address of the page', () => {
  const links = readLinkField('<../x>; rel=me, <y>; rel=me, <http://[>; rel=bad');
  expect(firstTarget(links, 'me', 'https://a.example/b/c/')).toBe('https://a.example/b/x');
  expect(firstTarget(links, 'bad', 'https://a.example/')).toBeUndefined();
  expect(firstTarget(links, 'other', 'https://a.example/')).toBeUndefined();
});
