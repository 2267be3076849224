import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { checkHints, commandsIn, parseCommand, strangeFlags } from '../../support/hint-commands.ts';

const source = fileURLToPath(new URL('../../../src/', import.meta.url));

/** Pages and running text, which name the program and not its commands. */
const PROSE_FILES =
  /^(demo|commands\/help-|output\/(registration|provider-text|sign-in-words))|^(program|settings\/configuration-description)\.ts/;

/** The texts of the sources that name a command, with something in place of what is filled in. */
function textsWithCommands(): (readonly [string, string])[] {
  const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter(
    (file) => file.endsWith('.ts') && !PROSE_FILES.test(file),
  );
  return files.flatMap((file) => {
    const code = readFileSync(join(source, file), 'utf8').replace(/^\s*(\/?\*|\/\/).*$/gm, '');
    const texts = [...code.matchAll(/'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\.)*`/g)].map(([text]) =>
      text.slice(1, -1),
    );
    return texts
      .filter((text) => /hint|oauth-login [a-z-]/.test(text) && text.includes('oauth-login '))
      .map((text) => [file, text.replace(/\$\{(?:[^{}]|\{[^{}]*\})*\}/g, 'sample')] as const);
  });
}

describe('a command in a hint', () => {
  it.each([
    [
      'sign in with: oauth-login github (oauth-login providers lists the others)',
      [['github'], ['providers']],
    ],
    [
      'set X, or run oauth-login setup a --issuer https://b.test, or ask',
      [['setup', 'a', '--issuer', 'https://b.test']],
    ],
    [
      "oauth-login x --client-id 'a b'\\''c' --account \"d e\"; or not",
      [['x', '--client-id', "a b'c", '--account', 'd e']],
    ],
    ['`oauth-login demo` starts over', [['demo']]],
    ['run the command again', []],
    ['update oauth-login; the file was left as it is', []],
  ])('is found in %j', (text, commands) => {
    expect(commandsIn(text)).toEqual(commands);
  });

  it.each(['github --no-such-flag', 'token a b', 'setup', 'logout --json=x', 'keep github'])(
    'that the parser refuses is found out: %s',
    async (line) => {
      await expect(checkHints(`oauth-login: hint: try oauth-login ${line}\n`)).rejects.toThrow(line);
      await expect(checkHints(`{"hint": "try oauth-login ${line}"}`)).rejects.toThrow(line);
    },
  );

  it.each([
    ['choose with --store file', ['whoami'], ['--store']],
    ['choose with --store file', ['token', 'github'], ['--store']],
    ['choose with --store file', ['token', 'github', '--grant', 'client-credentials'], []],
    ['choose with --store file', ['github'], []],
    ['unlock it; or sign in again with --store file', ['whoami'], []],
    ['run it again with --debug', ['status'], []],
    ['run it again with --nonsense', ['status'], ['--nonsense']],
  ])('%j after %j is a cure that the command does not take: %j', (hint, typed, strange) => {
    expect(strangeFlags(hint, typed)).toEqual(strange);
  });

  it.each(textsWithCommands())('in %s can be parsed: %s', async (_file, text) => {
    for (const words of commandsIn(text)) {
      await parseCommand(words);
    }
  });
});
