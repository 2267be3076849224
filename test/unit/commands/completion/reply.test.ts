import { describe, expect, it } from 'vitest';
import type { Offers } from '../../../../src/commands/completion/candidates.ts';
import { completionReply, splitLine } from '../../../../src/commands/completion/reply.ts';
import { completionScript } from '../../../../src/commands/completion/scripts.ts';
import { shells } from '../../../../src/commands/completion/shells.ts';
import { descriptions } from '../../../../src/commands/descriptions.ts';
import { namesOf, takesValue } from '../../../../src/commands/flag.ts';
import { main } from '../../../../src/main.ts';
import { readTokenFormat } from '../../../../src/output/token-format.ts';
import { isStoreKind } from '../../../../src/secrets/store-kind.ts';
import { fakeContext } from '../../../support/fake-context.ts';

const offers: Offers = {
  accounts: () => [
    { value: 'github', description: 'GitHub' },
    { value: 'github:octocat', description: 'GitHub' },
    { value: 'github:Ada Lovelace', description: 'GitHub' },
  ],
  providers: (which) =>
    (which === 'all' ? ['google', 'lichess'] : ['google']).map((value) => ({ value, description: value })),
};

/** The values that may stand in place of the last word. */
function next(...words: string[]): string[] {
  const reply = completionReply('zsh', words, offers);
  return reply.split('\n').flatMap((line) => (line === '' ? [] : [line.split('\t')[0] ?? '']));
}

describe('what may stand next', () => {
  it('is a command or a target, where nothing stands yet', () => {
    const first = next('');
    expect(first).toEqual(
      expect.arrayContaining([...Object.keys(descriptions), 'help', 'github:octocat', 'google']),
    );
    expect(first).not.toContain('lichess');
    expect(next('li')).toEqual(['lichess']);
    expect(next('--ver')).toEqual(['--version']);
    expect(next('help', 'exit')).toEqual(['exit-codes']);
  });

  it.each(Object.values(descriptions))(
    'is each flag of $name, but none twice or against another',
    ({ name, flags }) => {
      const names = flags.map((flag) => namesOf(flag).at(-1) ?? '');
      expect(next(name, '-')).toEqual(names);
      for (const flag of flags) {
        const given = namesOf(flag).at(-1) ?? '';
        const then = next(name, given, ...(takesValue(flag) ? ['value'] : []), '-');
        expect(then.includes(given)).toBe(flag.isRepeatable === true);
        for (const other of flag.conflicts ?? []) {
          expect(then).not.toContain(namesOf(other).at(-1));
        }
      }
    },
  );

  it.each([
    [
      ['token', '--format', 'he'],
      ['header', 'headers-json'],
    ],
    [
      ['token', '--format=he'],
      ['--format=header', '--format=headers-json'],
    ],
    [['github', '--store', 'p'], ['passphrase']],
    [['setup', 'x', '--code-challenge-method', ''], ['S256']],
    [
      ['logout', 'github:'],
      ['github:octocat', 'github:Ada Lovelace'],
    ],
    [['logout', 'github', ''], []],
    [['exec', 'github', '--', 'l'], []],
    [['github', '--client-id', ''], []],
    [['providers', 'e'], ['export']],
    [['completion', 'p'], ['powershell']],
    [['token', '--account', 'github:o'], ['github:octocat']],
    [['nonsense', '--no-br'], ['--no-browser']],
    [['a', 'b', 'c', ''], []],
    [[], expect.arrayContaining(['login'])],
  ])('after %j is %j', (words, expected) => {
    expect(next(...words)).toEqual(expected);
  });

  it('offers no value that the command refuses', () => {
    const formats = next('token', '--format', '');
    expect(formats.length).toBeGreaterThan(5);
    expect(formats.map(readTokenFormat)).toEqual(formats);
    expect(next('login', '--store', '').every(isStoreKind)).toBe(true);
  });
});

describe('a reply to bash', () => {
  const reply = (line: string, current: string) =>
    completionReply('bash', [line, current], offers).split('\n');
  it.each([
    ['oauth-login token github:oct', 'oct', ['octocat', '']],
    ['oauth-login token github:oct', 'github:oct', ['github:octocat', '']],
    ['oauth-login token github:', '', ['octocat', 'Ada\\ Lovelace', '']],
    ['oauth-login token github:Ada\\ L', 'Ada\\ L', ['Ada\\ Lovelace', '']],
    ['oauth-login token "github:Ada L', '"github:Ada L', ['github:Ada Lovelace', '']],
    ['oauth-login token --format=e', 'e', ['env', '']],
    ['oauth-login  token   --format   e', 'e', ['env', '']],
  ])('%j with %j is %j', (line, current, expected) => {
    expect(reply(line, current)).toEqual(expected);
  });
});

describe('a line', () => {
  it.each([
    ['', ['']],
    ['a b', ['a', 'b']],
    ['a ', ['a', '']],
    ["'a b' c", ['a b', 'c']],
    ['"a \\" b', ['a " b']],
    ["'' x", ['', 'x']],
    ['$(id) `id`', ['$(id)', '`id`']],
  ])('%j is the words %j, and nothing of it runs', (line, words) => {
    expect(splitLine(line).words).toEqual(words);
  });
});

describe('the script', () => {
  it.each(shells)('of %s asks this program, evaluates no reply, and closes every bracket', (shell) => {
    const script = completionScript(shell);
    expect(script).toContain(`oauth-login completion ${shell} -- `);
    const code = script.replace(/^#.*$/gm, '');
    expect(code).not.toMatch(/\beval\b|Invoke-Expression|\biex\b|compgen/);
    for (const [open, close] of ['{}', '()', '[]']) {
      expect(code.split(open ?? '').length, `${open}${close}`).toBe(code.split(close ?? '').length);
    }
  });

  it('of PowerShell marks the word at the cursor, which would be dropped where it is empty', () => {
    expect(completionScript('powershell')).toContain('".$typed"');
    expect(completionReply('powershell', ['token', '--format', '.he'], offers)).toBe(
      'header\t\nheaders-json\t\n',
    );
    expect(completionReply('powershell', ['.'], offers)).toContain('login\t');
  });

  it('is printed by the whole program too, which names the shells to anybody who asks for another', async () => {
    const fake = fakeContext();
    expect(await main(['completion', 'pwsh'], fake.context)).toBe(0);
    expect(fake.stdout()).toBe(completionScript('powershell'));
    expect(await main(['completion', 'fish', '--', 'token', '--format', 'raw'], fake.context)).toBe(0);
    expect(fake.stdout()).toContain('raw\t\n');
    expect(await main(['completion', 'tcsh'], fake.context)).toBe(2);
    expect(fake.stderr()).toContain('bash, zsh, fish, powershell');
    await fake.remove();
  });
});
