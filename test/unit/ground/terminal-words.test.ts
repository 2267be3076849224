import { describe, expect, it } from 'vitest';
import { terminalLookOf } from '../../../src/ground/terminal-look.ts';
import { terminalWords, wordsOutput } from '../../../src/ground/terminal-words.ts';
import { columnsOf, wrappedWords } from '../../../src/ground/wrapped-words.ts';

const UTF8 = { LANG: 'C.UTF-8', TERM: 'xterm-256color' };
const terminal = { isTTY: true, columns: 80 };

function look(env: Record<string, string> = {}, output: { isTTY?: boolean; columns?: number } = terminal) {
  return terminalLookOf(output, { env: { ...UTF8, ...env }, platform: 'linux' });
}

const plain = look({ NO_COLOR: '1' });
const ERROR =
  'oauth-login: error: nobody is signed in to GitHub\noauth-login: hint: sign in with: oauth-login github\n';

describe('how words look', () => {
  it.each<[string, Record<string, string>, { isTTY?: boolean; columns?: number }, object]>([
    ['a terminal', {}, terminal, { columns: 80, hasColours: true, hasSigns: true, isLive: true }],
    ['a pipe', {}, {}, { hasColours: false, hasSigns: false, isLive: false }],
    ['NO_COLOR', { NO_COLOR: '1' }, terminal, { hasColours: false, hasSigns: true }],
    ['an empty NO_COLOR', { NO_COLOR: '' }, terminal, { hasColours: true }],
    ['FORCE_COLOR in a pipe', { FORCE_COLOR: '1' }, {}, { hasColours: true, hasSigns: false, isLive: false }],
    ['FORCE_COLOR=0', { FORCE_COLOR: '0' }, terminal, { hasColours: false }],
    ['FORCE_COLOR before NO_COLOR', { FORCE_COLOR: '1', NO_COLOR: '1' }, terminal, { hasColours: true }],
    ['a dumb terminal', { TERM: 'dumb' }, terminal, { hasColours: false, hasSigns: false, isLive: false }],
    ['ACCESSIBLE', { ACCESSIBLE: '1' }, terminal, { hasColours: false, hasSigns: false, isLive: false }],
    ['ACCESSIBLE=0', { ACCESSIBLE: '0' }, terminal, { hasColours: true, isLive: true }],
    ['no UTF-8', { LANG: 'C' }, terminal, { hasColours: true, hasSigns: false, isLive: true }],
    ['no size', {}, { isTTY: true, columns: 0 }, { columns: 80, hasColours: true }],
  ])('is right for %s', (_what, env, output, expected) => {
    expect(look(env, output)).toMatchObject(expected);
  });
});

describe('an error', () => {
  it('keeps its form where no person reads it', () => {
    expect(terminalWords(ERROR, look({}, {}))).toBe(ERROR);
  });

  it('has a sign at a terminal, and words where a sign cannot be shown', () => {
    expect(terminalWords(ERROR, plain)).toBe(
      '✗ nobody is signed in to GitHub\n  sign in with: oauth-login github\n',
    );
    expect(terminalWords(ERROR, look({ ACCESSIBLE: '1' }))).toBe(ERROR);
    expect(terminalWords(ERROR, look({ TERM: 'dumb' }))).toBe(ERROR);
    expect(terminalWords('oauth-login: warning: x\nnote: y\n', plain)).toBe('! x\n! y\n');
  });

  it('is red and bold, and the command in it stands out', () => {
    const words = terminalWords(ERROR, look());
    expect(words).toContain('\x1b[31m✗\x1b[39m \x1b[1mnobody is signed in to GitHub\x1b[22m');
    expect(words).toContain('sign in with: \x1b[36moauth-login github\x1b[39m\n');
  });

  it('breaks between words, and never inside a command or an address', () => {
    const hint =
      'oauth-login: hint: run oauth-login setup github --client-authentication client_secret_basic again and allow access at https://github.com/settings/connections/applications/Iv1.0123456789abcdef0123456789, or "oauth-login providers" lists the others\n';
    for (const columns of [40, 60, 80, 120]) {
      const lines = terminalWords(hint, look({ NO_COLOR: '1' }, { isTTY: true, columns })).split('\n');
      expect(lines.join('\n')).toContain(
        'oauth-login setup github --client-authentication client_secret_basic',
      );
      expect(lines.join('\n')).toContain('applications/Iv1.0123456789abcdef0123456789');
      const wide = lines.filter((line) => line.length > columns);
      expect(wide.filter((line) => !/^ *(?:oauth-login|https:)\S*/.test(line))).toEqual([]);
      expect(lines.slice(1, -1).every((line) => line.startsWith('  '))).toBe(true);
    }
  });
});

describe('an answer', () => {
  const signedIn = 'Signed in to GitHub as octocat\n  stored:  sealed\n  scopes:  repo gist\n';

  it('has a tick at a terminal, and quiet labels', () => {
    expect(terminalWords(signedIn, plain, 'done')).toBe(`✓ ${signedIn}`);
    expect(terminalWords(signedIn, look(), 'done')).toContain('\x1b[2m  stored:  \x1b[22msealed');
    expect(terminalWords(signedIn, look({ LANG: 'C', NO_COLOR: '1' }), 'done')).toBe(signedIn);
  });

  it('colours no space at the beginning of a line', () => {
    expect(terminalWords('  1. Open the page.\n', look())).toBe('  1. Open the page.\n');
  });

  it('has bold headings where it consists of blocks', () => {
    expect(terminalWords('GitHub: ada\n  account:   x\n', look(), 'blocks')).toContain(
      '\x1b[1mGitHub: ada\x1b[22m',
    );
  });

  it('hangs a long value below its beginning', () => {
    const scopes = `  scopes:    ${'files.read '.repeat(12).trim()}\n`;
    const lines = terminalWords(scopes, plain).trimEnd().split('\n');
    expect(lines).toHaveLength(2);
    expect(lines[1]).toMatch(/^ {13}files\.read/);
  });

  it.each([
    '    ssh -N -L 40000:127.0.0.1:40000 -L 8080:127.0.0.1:8080 ada@198.51.100.200 -p 2222',
    `https://a.example/${'x'.repeat(99)}`,
  ])('never breaks %s', (line) => {
    expect(terminalWords(`${line}\n`, look({}, { isTTY: true, columns: 40 }))).toBe(`${line}\n`);
  });
});

describe('a place for words', () => {
  it('passes a JSON document as it is, and knows the size of the terminal', () => {
    const written: string[] = [];
    const output = { isTTY: true, columns: 30, rows: 24, write: (text: string) => written.push(text) };
    const words = wordsOutput(output, { env: UTF8, platform: 'linux' });
    const document = `{"event":"notice","message":"${'word '.repeat(30)}"}\n`;
    words.write(document);
    words.write('note: one two three four five six seven\n');
    expect(written[0]).toBe(document);
    expect(written[1]).toMatch(/^\S+ one two three four five six\n {2}seven\n$/);
    expect(words).toMatchObject({ isTTY: true, columns: 30, rows: 24 });
  });
});

describe('the width of words', () => {
  it.each([
    ['abc', 3],
    ['\x1b[1mabc\x1b[22m', 3],
    ['日本語', 6],
    ['é한', 3],
    ['🔑', 2],
  ])('of %j is %i', (text, width) => {
    expect(columnsOf(text)).toBe(width);
  });

  it('counts wide characters twice when it breaks', () => {
    expect(wrappedWords('日本語 日本語 日本語', 14)).toEqual(['日本語 日本語', '日本語']);
  });

  it('keeps a command together, but not the words after it', () => {
    expect(wrappedWords('run oauth-login logout github --force again', 30)).toEqual([
      'run',
      'oauth-login logout github --force',
      'again',
    ]);
    expect(wrappedWords('set `x = "a b"` there', 8)).toEqual(['set', '`x = "a b"`', 'there']);
  });
});
