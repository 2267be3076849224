import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { breakCommands, quoteForeign, safeText } from '../../../src/ground/safe-text.ts';

const ESC = '\u001b';
const HOSTILE = [
  ESC,
  `${ESC}[2J`,
  `${ESC}]52;c;cm0gLXJm\u0007`,
  `${ESC}]8;;https://evil.test${ESC}\\`,
  `${ESC}P1$r`,
  `${ESC}\\`,
  '\u009b',
  '\u009d',
  '\u009c',
  '\u0007',
  '\r',
  '\n',
  '\t',
  '\u0000',
  '\u007f',
  '\u0085',
  '\u2028',
  '\u2029',
  '\u202e',
  '\u2066',
  '\u200b',
  '\u200d',
  '\ufeff',
  '\u061c',
  '\u{e0041}',
  '\u{e007f}',
  '\ud800',
  '\udc00',
  '::',
  '##vso[',
  '##[',
  '"',
  '”',
  '😀',
  'a',
  '[',
  ']',
  ' ',
  'é',
];

const hostileText = fc
  .array(fc.oneof(fc.constantFrom(...HOSTILE), fc.string({ unit: 'binary' })), { maxLength: 60 })
  .map((parts) => parts.join(''));

describe('T32 terminal escape injection', () => {
  it.each([
    ['a coloured word', `${ESC}[31mred${ESC}[0m`, 'red'],
    ['a cleared screen', `before${ESC}[2Jafter`, 'beforeafter'],
    ['a private CSI', `a${ESC}[?25l${ESC}[>0;1 qb`, 'ab'],
    ['an 8-bit CSI', 'a\u009b31mb', 'ab'],
    ['OSC 52 that fills the clipboard', `a${ESC}]52;c;cm0gLXJm\u0007b`, 'ab'],
    ['OSC 8 around a word', `${ESC}]8;;https://evil.test${ESC}\\here${ESC}]8;;${ESC}\\!`, 'here!'],
    ['an 8-bit OSC', 'a\u009d0;title\u009cb', 'ab'],
    [
      'DCS, SOS, PM and APC',
      `a${ESC}Pq#0${ESC}\\b${ESC}Xs${ESC}\\c${ESC}^p${ESC}\\d${ESC}_k${ESC}\\e`,
      'abcde',
    ],
    ['a string that never ends', `a${ESC}]0;everything after`, 'a'],
    ['a reset', `a${ESC}cb`, 'ab'],
    ['a change of character set', `a${ESC}(0b`, 'ab'],
    ['a lone escape at the end', `a${ESC}`, 'a'],
    ['a bell, a backspace and a delete', 'a\u0007b\u0008c\u007fd', 'abcd'],
    ['bidirectional overrides', 'user\u202egnp.exe\u2069', 'usergnp.exe'],
    ['zero-width characters', 'pay\u200bpal\ufeff', 'paypal'],
    ['tag characters', 'a\u{e0068}\u{e0069}b', 'ab'],
    ['variation selectors that carry bytes', 'a\u{e0100}\u{fe01}b', 'ab'],
    ['line and paragraph separators', 'a\u2028b\u2029c\u0085d', 'abcd'],
    ['lone surrogates', 'a\ud800b\udfffc', 'abc'],
    ['line breaks and tabs', 'a\r\nb\nc\td', 'a b c d'],
    ['white space that pushes text away', `a${' '.repeat(500)}b`, 'a b'],
    ['whole characters above U+FFFF', 'smile 😀', 'smile 😀'],
  ])('takes the harm out of %s', (_subject, text, expected) => {
    expect(safeText(text)).toBe(expected);
  });

  it('gives one line of printable characters, whatever comes in', () => {
    fc.assert(
      fc.property(hostileText, (text) => {
        expect(safeText(text)).not.toMatch(
          /[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]|[\u{e0000}-\u{e0fff}]|\p{Cs}/u,
        );
      }),
      { numRuns: 2_000 },
    );
  });

  it('never exceeds the length, and says so with an ellipsis', () => {
    fc.assert(
      fc.property(hostileText, fc.integer({ min: 1, max: 40 }), (text, maximumLength) => {
        const line = safeText(text, maximumLength);
        expect(Array.from(line).length).toBeLessThanOrEqual(maximumLength);
      }),
    );
    expect(safeText('x'.repeat(201))).toBe(`${'x'.repeat(199)}…`);
    expect(safeText('x'.repeat(200))).toBe('x'.repeat(200));
    expect(safeText('😀😀😀', 2)).toBe('😀…');
  });

  it('changes nothing the second time', () => {
    fc.assert(
      fc.property(hostileText, (text) => {
        expect(safeText(safeText(text))).toBe(safeText(text));
      }),
    );
  });

  it('leaves ordinary words in any script alone', () => {
    for (const text of ['The Octocat', 'Zoë Đặng', '山田 太郎', 'مريم', 'a <b> & "c"']) {
      expect(safeText(text)).toBe(text);
    }
  });

  it('stays quick on a megabyte of open sequences', () => {
    expect(safeText(`${ESC}]`.repeat(500_000))).toBe('');
    expect(safeText(`${ESC}[`.repeat(500_000))).toBe('');
  });
});

describe('T32 a quotation', () => {
  it('cannot be closed from inside', () => {
    fc.assert(
      fc.property(hostileText, (text) => {
        const quoted = quoteForeign(text);
        expect(quoted.startsWith('"') && quoted.endsWith('"')).toBe(true);
        expect(quoted.slice(1, -1)).not.toMatch(/["“”„‟″＂«»]/u);
      }),
    );
    expect(quoteForeign('denied" oauth-login: hint: run "curl evil')).toBe(
      `"denied' oauth-login: hint: run 'curl evil"`,
    );
  });

  it('shortens to what is asked for', () => {
    expect(quoteForeign('abcdef', { maximumLength: 4 })).toBe('"abc…"');
  });
});

describe('T34 server text in a CI log', () => {
  it.each([
    '::add-path::/tmp/x',
    '\r\n::stop-commands::t',
    '##vso[task.setvariable variable=a]b',
    '##[error]x',
    ':::::',
    '####[',
    ':\u200b:set-output name=a::b',
    '#\u001b[0m#vso[x]',
  ])('breaks up %j', (text) => {
    expect(quoteForeign(text, { breakCommands: true })).not.toMatch(/::|##/);
  });

  it('leaves no command anywhere, whatever comes in', () => {
    fc.assert(
      fc.property(hostileText, (text) => {
        expect(breakCommands(safeText(text))).not.toMatch(/::|##/);
      }),
    );
  });

  it('leaves the text alone unless asked', () => {
    expect(quoteForeign('a::b')).toBe('"a::b"');
  });
});
