import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { signInWords } from '../../../src/output/sign-in-words.ts';
import { loginSettings } from '../../../src/settings/login-settings.ts';
import { fakeContext } from '../../support/fake-context.ts';

const settings = loginSettings('github', { device: true }, {}, { providers: new Map() });

/** What is said of a user code at a terminal; ends when a picture has come, or could have. */
async function said(columns: number | undefined, env: Record<string, string>): Promise<string> {
  const { context } = fakeContext();
  const written: string[] = [];
  const stderr = { isTTY: true, columns, write: (text: string) => written.push(text) };
  signInWords('GitHub', settings, { ...context, platform: 'linux', env, stderr }).userCode({
    userCode: 'WDJB-MJHT',
    verificationUri: 'https://github.com/login/device',
    expiresIn: 900,
    interval: 5,
    timeoutSeconds: 900,
  });
  await import('uqr');
  for (let turn = 0; turn < 20; turn += 1) {
    await setImmediate();
  }
  return written.join('');
}

describe('the picture of a verification URI', () => {
  it.each([80, 0])('is shown at a terminal of %i columns in a UTF-8 locale', async (columns) => {
    expect(await said(columns, { LANG: 'de_DE.UTF-8' })).toMatch(/[▀▄█]{5}/);
  });

  it.each([
    [80, { LANG: 'C' }],
    [80, { LANG: 'de_DE.UTF-8', TERM: 'dumb' }],
    [20, { LANG: 'de_DE.UTF-8' }],
  ])('is left out where it could not be seen: %i columns, %j', async (columns, env) => {
    const words = await said(columns, env);
    expect(words).toContain('WDJB-MJHT');
    expect(words).not.toMatch(/[^\x00-\x7f]/);
  });
});
