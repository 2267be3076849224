import { describe, expect, it } from 'vitest';
import { durationText } from '../../../src/ground/duration.ts';
import { problemText } from '../../../src/output/text.ts';
import { person } from '../../../src/profile/person.ts';

const profile = (claims: object) => ({ provider: 'x', sub: 'subject-1', raw: {}, ...claims });

describe('T32, T34 what a provider says of a person', () => {
  it.each(['::add-path::/tmp/x', '::stop-commands::x', '##vso[task.setvariable]x', '##[error]x'])(
    'does not make %s a command of a CI system',
    (text) => {
      for (const claim of ['preferred_username', 'name', 'email', 'sub']) {
        expect(person(profile({ [claim]: text }))).not.toMatch(/::|##/);
      }
    },
  );

  it('stays one line of text that is seen', () => {
    const name = 'Ada\u001b[2J\u001b]52;c;AAAA\u0007\r\nLovelace\u202e';
    expect(person(profile({ preferred_username: name }))).toBe('Ada Lovelace');
  });

  it('is as much as is known', () => {
    expect(person(profile({ preferred_username: 'ada', name: 'Ada L', email: 'ada@x' }))).toBe(
      'ada (Ada L) <ada@x>',
    );
    expect(person(profile({ name: 'Ada L', email: 'ada@x' }))).toBe('Ada L <ada@x>');
    expect(person(profile({ email: 'ada@x' }))).toBe('ada@x');
    expect(person(profile({}))).toBe('subject-1');
  });
});

describe('T32 the two lines of a problem', () => {
  it('are two lines whatever they are made of', () => {
    const text = problemText('warning', { message: 'the file a\u001b[1mb\nc', hint: 'rm\r\n a' });
    expect(text).toBe('oauth-login: warning: the file ab c\noauth-login: hint: rm a\n');
  });

  it('are not cut short', () => {
    const hint = `open https://provider.example/${'x'.repeat(2_000)}`;
    expect(problemText('error', { message: 'm', hint })).toContain(hint);
  });
});

describe('durations', () => {
  it.each([
    [-5, '0 seconds'],
    [1, '1 second'],
    [60, '60 seconds'],
    [120, '2 minutes'],
    [3_600, '1 hour'],
    [5_400, '90 minutes'],
    [86_400, '1 day'],
    [172_800, '2 days'],
  ])('gives %i seconds as %s', (seconds, text) => {
    expect(durationText(seconds)).toBe(text);
  });
});
