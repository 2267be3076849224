import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readOwnRules } from '../../../src/settings/account-rules.ts';
import { rulesThatHold } from '../../../src/settings/rules-that-hold.ts';

let home: string;
beforeEach(() => {
  home = realpathSync(mkdtempSync(join(tmpdir(), 'oauth-login-rules-')));
  mkdirSync(join(home, 'work', 'deep'), { recursive: true });
  mkdirSync(join(home, 'workshop'));
  symlinkSync(join(home, 'work'), join(home, 'link'));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

function written(source: unknown) {
  writeFileSync(join(home, 'config.json'), typeof source === 'string' ? source : JSON.stringify(source));
  return readOwnRules({ configDir: home, dataDir: home });
}

function accountsIn(directory: string | undefined, directories: object, env = {}) {
  const rules = written({ directories });
  if (rules === undefined) {
    throw new Error('the rules were not read');
  }
  return rulesThatHold(rules, directory, { env }).map(({ account }) => account);
}

describe('the rules of directories', () => {
  it('hold for the directory and what is below it, the longest path first', () => {
    const rules = { [home]: 'github:a', [join(home, 'work')]: 'github:b', '/': 'github:c' };
    expect(accountsIn(join(home, 'work', 'deep'), rules)).toEqual(['github:b', 'github:a', 'github:c']);
    expect(accountsIn(join(home, 'work'), rules)).toEqual(['github:b', 'github:a', 'github:c']);
    expect(accountsIn(join(home, 'workshop'), rules)).toEqual(['github:a', 'github:c']);
    expect(accountsIn('/', rules)).toEqual(['github:c']);
  });

  it('stand behind OAUTH_LOGIN_ACCOUNT', () => {
    expect(accountsIn('/', { '/': 'github:c' }, { OAUTH_LOGIN_ACCOUNT: 'play' })).toEqual([
      'play',
      'github:c',
    ]);
  });

  it('are the same by a link, on either side', () => {
    const deep = join(home, 'work', 'deep');
    expect(accountsIn(deep, { [join(home, 'link')]: 'github:a' })).toEqual(['github:a']);
    expect(accountsIn(join(home, 'link', 'deep'), { [`${join(home, 'work')}/`]: 'github:a' })).toEqual([
      'github:a',
    ]);
  });

  it('may name one account for each provider, and no second one', () => {
    const work = join(home, 'work');
    expect(accountsIn(work, { [work]: ['github:a', 'google:b'] })).toEqual(['github:a', 'google:b']);
    expect(() => accountsIn(work, { [work]: 'github:a', [join(home, 'link')]: 'github:b' })).toThrow(
      `${work} has two rules for github in config.json: github:a and github:b`,
    );
    expect(accountsIn(work, { [work]: 'github:a', [join(home, 'link')]: 'google:b' })).toHaveLength(2);
  });

  it('of a path that is gone hold for nothing else', () => {
    const gone = join(home, 'gone');
    expect(accountsIn(home, { [gone]: 'github:a' })).toEqual([]);
    expect(accountsIn(join(gone, 'deep'), { [gone]: 'github:a' })).toEqual(['github:a']);
    expect(() => accountsIn(undefined, { [gone]: 'github:a' })).toThrow('this directory is gone');
    expect(accountsIn(undefined, {})).toEqual([]);
  });
});

describe('the rules in config.json', () => {
  it('are not looked for in a file without them, whatever else is wrong with it', () => {
    expect(written('{ "store": 1, }')).toEqual({ directories: new Map(), defaults: new Map() });
  });

  it.each([
    '{ "directories": ',
    '{ "directories": [] }',
    '{ "directories": { "work": "github:a" } }',
    '{ "directories": { "~/work": "github:a" } }',
    '{ "directories": { "/work": 1 } }',
    '{ "directories": { "/work": [["a"]] } }',
    '{ "default_accounts": { "github": 1 } }',
    '{ "default_accounts": "a" }',
    '{ "default_account": 1 }',
    '[{ "directories": {} }]',
  ])('are not guessed from %s', (source) => {
    expect(written(source)).toBeUndefined();
  });
});
