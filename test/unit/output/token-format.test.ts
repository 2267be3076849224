import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Secret } from '../../../src/ground/secret.ts';
import {
  readTokenFormat,
  setsVariable,
  type TokenFormat,
  tokenText,
} from '../../../src/output/token-format.ts';
import { dotenvValue } from '../../../src/output/token-formats/env-file.ts';
import { hostileTokens } from '../../support/hostile-tokens.ts';
import { temporaryDirectory } from '../../support/programs.ts';
import { missing } from '../../support/requirements.ts';

/** What a token may consist of (RFC 6749 appendix A.12, without the space). */
const vschar = fc.integer({ min: 0x21, max: 0x7e }).map((code) => String.fromCharCode(code));
const anyToken = fc.string({ unit: vschar, minLength: 1, maxLength: 40 });
const meaningful = fc.string({
  unit: fc.constantFrom(...'\'"\\`$()#=;&|<>!%{}~*?[]^@:,-a1'),
  minLength: 1,
  maxLength: 40,
});
const tokens = fc.oneof(anyToken, meaningful);

const worst = [...hostileTokens, ...fc.sample(tokens, { numRuns: 150, seed: 1815 })];

const text = (format: TokenFormat, token: string, variable = 'T') =>
  tokenText(format, {
    token: { kind: 'supplied', accessToken: new Secret(token), variable: 'OAUTH_LOGIN_X_TOKEN' },
    variable,
    origins: ['https://api.example.com', 'https://other.example.com:8443', 'http://127.0.0.1:80'],
  });

describe('the formats of token', () => {
  it('are known by their names only', () => {
    expect(readTokenFormat('netrc')).toBe('netrc');
    for (const name of ['', 'RAW', 'toString', 'constructor', 'raw ']) {
      expect(() => readTokenFormat(name)).toThrow('there is no format');
    }
    expect((['raw', 'json', 'header', 'netrc', 'env', 'fish'] as const).map(setsVariable)).toEqual([
      false,
      false,
      false,
      false,
      true,
      true,
    ]);
  });

  it('show a plain token in the plainest way', () => {
    const token = 'gho_aZ09-._~+/=';
    expect(text('raw', token)).toBe(`${token}\n`);
    expect(text('header', token)).toBe(`Authorization: Bearer ${token}\n`);
    expect(JSON.parse(text('headers-json', token))).toEqual({ Authorization: `Bearer ${token}` });
    expect(text('env', token)).toBe(`export T='${token}'\n`);
    expect(text('dotenv', token)).toBe(`T=${token}\n`);
    expect(text('fish', token)).toBe(`set -gx T '${token}'\n`);
    expect(text('powershell', token)).toBe(`$env:T = '${token}'\n`);
    expect(text('github-actions', token)).toBe(`T=${token}\n`);
    expect(text('gitlab-dotenv', token)).toBe(`T=${token}\n`);
    expect(text('netrc', token)).toBe(`machine api.example.com login oauth2 password ${token}\n`);
    expect(JSON.parse(text('json', token))).toEqual({
      access_token: token,
      token_type: 'Bearer',
      source: 'OAUTH_LOGIN_X_TOKEN',
    });
  });
});

describe('T33 a hostile value cannot break out of its quotes', () => {
  const shells = ['sh', 'dash', 'bash', 'zsh', 'ksh', 'mksh'].filter((shell) => missing(shell) === undefined);

  it.each(shells)('in %s, evaluated as people do', (shell) => {
    const script = worst.map((token) => `unset T\n${text('env', token)}printf '%s\\n' "$T"\n`).join('');
    const evaluated = `eval "$(cat)"`;
    for (const program of [['-c', evaluated], ['-s']]) {
      const out = execFileSync(shell, program, { input: script, encoding: 'utf8' });
      expect(out).toBe(`${worst.join('\n')}\n`);
    }
  });

  it('has a POSIX shell to be tried in', () => {
    expect(shells).toContain('sh');
  });

  const [fish] = ['fish'].filter((shell) => missing(shell) === undefined);
  it(`in fish, ${fish ? 'evaluated' : 'read by its documented rules'}`, () => {
    if (fish) {
      const script = worst.map((token) => `${text('fish', token)}printf '%s\\n' $T\n`).join('');
      // It makes directories of its own there, also without a configuration.
      const home = temporaryDirectory();
      const env = { PATH: process.env.PATH, HOME: home.path, LC_ALL: 'C.UTF-8' };
      const out = execFileSync(fish, ['--no-config', '-c', script], { encoding: 'utf8', env });
      home.remove();
      expect(out).toBe(`${worst.join('\n')}\n`);
    }
    fc.assert(
      fc.property(tokens, (token) => {
        const [, inside = ''] = /^set -gx T '((?:[^'\\]|\\['\\])*)'\n$/.exec(text('fish', token)) ?? [];
        expect(inside.replace(/\\(['\\])/g, '$1')).toBe(token);
      }),
    );
  });

  const [pwsh] = ['pwsh'].filter((shell) => missing(shell) === undefined);
  it(`in PowerShell, ${pwsh ? 'evaluated' : 'read by its documented rules'}`, () => {
    if (pwsh) {
      const script = worst.map((token) => `${text('powershell', token)}Write-Output $env:T\n`).join('');
      const out = execFileSync(pwsh, ['-NoProfile', '-Command', '-'], { input: script, encoding: 'utf8' });
      expect(out).toBe(`${worst.join('\n')}\n`);
    }
    fc.assert(
      fc.property(tokens, (token) => {
        const [, inside = ''] = /^\$env:T = '((?:[^']|'')*)'\n$/.exec(text('powershell', token)) ?? [];
        expect(inside.replaceAll("''", "'")).toBe(token);
      }),
    );
  });

  it('in JSON, in one header line and in one line for GitHub', () => {
    fc.assert(
      fc.property(tokens, (token) => {
        expect(JSON.parse(text('json', token)).access_token).toBe(token);
        expect(text('json', token)).not.toContain('##');
        expect(text('header', token).split('\n')).toEqual([`Authorization: Bearer ${token}`, '']);
        const line = text('github-actions', token);
        // The runner reads the line as a here-document when "<<" comes before the first "=".
        expect(line.indexOf('=')).toBe(1);
        expect(line).toBe(`T=${token}\n`);
      }),
    );
  });
});

/** `.env` as motdotla/dotenv, python-dotenv and docker compose agree to read it: single quotes are literal. */
function readDotenv(line: string): string | undefined {
  const [, quoted, plain] = /^T=(?:'([^'\\]*)'|([^\s'"`#$\\]+))\n$/.exec(line) ?? [];
  return quoted ?? plain;
}

describe('a file format that cannot hold a token', () => {
  it('of .env reads back as what was written, or is refused', () => {
    let refused = 0;
    fc.assert(
      fc.property(tokens, (token) => {
        if (/['\\]/.test(token)) {
          refused += 1;
          expect(() => text('dotenv', token)).toThrow('cannot be written to a .env file');
        } else {
          expect(readDotenv(text('dotenv', token))).toBe(token);
        }
      }),
    );
    expect(refused).toBeGreaterThan(5);
    expect(dotenvValue('a$b#c"d')).toBe(`'a$b#c"d'`);
  });

  it('of .env has quotes where a shell that reads it would see a path, and nowhere else', () => {
    for (const path of ['~root', '=ls', 'a:~root', 'a:=ls']) {
      expect(dotenvValue(path)).toBe(`'${path}'`);
    }
    for (const plain of ['a==', 'a~b', 'a=~b', 'a:b', '-._~+/=%,@']) {
      expect(dotenvValue(plain)).toBe(plain);
    }
  });

  it('of GitLab has nothing that is expanded later, and no more than a report may have', () => {
    expect(text('gitlab-dotenv', `a'b"c\\d#e`)).toBe(`T=a'b"c\\d#e\n`);
    expect(() => text('gitlab-dotenv', 'a$HOME')).toThrow('a dollar sign');
    expect(() => text('gitlab-dotenv', 'x'.repeat(5_000))).toThrow('too many characters');
    expect(text('gitlab-dotenv', 'x'.repeat(4_800)).length).toBeLessThan(5 * 1024);
  });

  it.each(['a"b', "a'b", 'a\\b', '#a', 'a#b'])('of netrc is refused for %s', (token) => {
    expect(() => text('netrc', token)).toThrow('.netrc');
  });

  it('T02 of netrc names no host that the file could not tell from another one', () => {
    const token = { kind: 'supplied', accessToken: new Secret('x'), variable: 'V' } as const;
    const answer = { token, variable: '' };
    expect(
      tokenText('netrc', { ...answer, origins: ['https://a.example.com', 'https://b.example.com'] }),
    ).toBe('machine a.example.com login oauth2 password x\nmachine b.example.com login oauth2 password x\n');
    for (const origins of [[], ['https://a.example.com:8443'], ['http://127.0.0.1:80']]) {
      expect(() => tokenText('netrc', { ...answer, origins })).toThrow('there is no host');
    }
  });
});
