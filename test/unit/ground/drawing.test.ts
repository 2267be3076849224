import { describe, expect, it } from 'vitest';
import { canDraw } from '../../../src/ground/drawing.ts';

describe('signs beyond ASCII', () => {
  it.each([
    [{ LANG: 'en_US.UTF-8' }, 'linux', true],
    [{ LANG: 'C', LC_CTYPE: 'C.utf8' }, 'linux', true],
    [{ LANG: '', LC_ALL: 'de_DE.UTF-8' }, 'linux', true],
    [{ LANG: 'en_US.UTF-8', LC_ALL: 'C' }, 'linux', false],
    [{ LANG: 'C' }, 'linux', false],
    [{ LANG: 'de_DE.ISO-8859-1' }, 'linux', false],
    [{}, 'linux', false],
    [{ LANG: 'en_US.UTF-8', TERM: 'dumb' }, 'linux', false],
    [{}, 'darwin', true],
    [{ LANG: 'C' }, 'darwin', false],
    [{ LANG: 'C' }, 'win32', true],
    [{ TERM: 'dumb' }, 'win32', false],
  ] as const)('with %j on %s: %s', (env, platform, expected) => {
    expect(canDraw({ env, platform })).toBe(expected);
  });
});
