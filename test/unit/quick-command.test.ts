import { describe, expect, it } from 'vitest';
import { readQuickCommand } from '../../src/quick-command.ts';

describe('what is read quickly', () => {
  it.each<[string, object]>([
    ['--version', { name: 'version' }],
    ['-V', { name: 'version' }],
    ['--help', { name: 'help' }],
    ['-h', { name: 'help' }],
    ['status', { name: 'status', flags: {} }],
    ['status --json', { name: 'status', flags: { json: true } }],
    ['whoami --offline', { name: 'whoami', target: undefined, flags: { offline: true } }],
    [
      'whoami --json github --offline',
      { name: 'whoami', target: 'github', flags: { offline: true, json: true } },
    ],
    ['token', { name: 'token', target: undefined, flags: {} }],
    ['token github', { name: 'token', target: 'github', flags: {} }],
    ['token --json', { name: 'token', target: undefined, flags: { json: true } }],
    ['token --format header', { name: 'token', target: undefined, flags: { format: 'header' } }],
    [
      'token --account ada --min-validity 5 github',
      { name: 'token', target: 'github', flags: { account: 'ada', minValidity: '5' } },
    ],
  ])('%s', (line, command) => {
    expect(readQuickCommand(line.split(' '))).toEqual(command);
  });
});

describe('what is left to the whole program', () => {
  it.each([
    '',
    'help',
    'github',
    'login github',
    'logout',
    'providers',
    'constructor',
    '__proto__',
    '--version --json',
    '--help status',
    'status --help',
    'status github',
    'status --json --json',
    'whoami',
    'whoami github',
    'whoami --offline one two',
    'whoami --offline --debug',
    'token one two',
    'token --refresh',
    'token --debug',
    'token --host git.example.com',
    'token --json --format raw',
    'token --format',
    'token --format --json',
    'token --format=raw',
    'token --account -x',
    'token -- github',
    'token -',
  ])('%j', (line) => {
    expect(readQuickCommand(line === '' ? [] : line.split(' '))).toBeUndefined();
  });

  it('an empty word, as an unset variable in quotation marks leaves it', () => {
    expect(readQuickCommand(['token', ''])).toBeUndefined();
    expect(readQuickCommand(['token', '--account', ''])).toBeUndefined();
  });
});
