import { describe, expect, it } from 'vitest';
import type { Context } from '../../../src/ground/context.ts';
import { signInWords } from '../../../src/output/sign-in-words.ts';
import { loginSettings } from '../../../src/settings/login-settings.ts';
import { fakeContext } from '../../support/fake-context.ts';

const settings = loginSettings('github', { device: true }, {}, { providers: new Map() });
const prompt = {
  userCode: 'WDJB-MJHT',
  verificationUri: 'https://github.com/login/device',
  expiresIn: 900,
  interval: 5,
  timeoutSeconds: 900,
};

/** The words at a terminal of that width, and what was written so far. */
function atTerminal(columns: number | undefined) {
  const { context } = fakeContext();
  const written: string[] = [];
  const stderr = { isTTY: true, columns, write: (text: string) => written.push(text) };
  const changed: Context = { ...context, stderr };
  return { words: signInWords('GitHub', settings, changed), said: () => written.join('') };
}

describe('the countdown of a user code', () => {
  it.each([1, 10, 20, 34, 40, 80])('is never as wide as a terminal of %i columns', (columns) => {
    const { words, said } = atTerminal(columns);
    words.remaining(899);
    const line = said().replace('\r\u001b[K', '');
    expect(line.length).toBeLessThan(columns);
    expect('Waiting, 14:59 left (Ctrl-C stops)'.startsWith(line)).toBe(true);
  });

  it.each([undefined, 0])('is whole where the width is not known (%s)', (columns) => {
    const { words, said } = atTerminal(columns);
    words.remaining(899);
    expect(said()).toContain('Waiting, 14:59 left (Ctrl-C stops)');
  });

  it('begins below the picture of the address', async () => {
    const { words, said } = atTerminal(120);
    words.userCode(prompt);
    words.remaining(899);
    expect(said()).not.toContain('Waiting');
    await expect.poll(said).toContain('█');
    words.remaining(898);
    expect(said().lastIndexOf('█')).toBeLessThan(said().indexOf('Waiting'));
    expect(said().match(/Waiting/g)).toHaveLength(1);
  });

  it('goes on where there is no room for the picture', async () => {
    const { words, said } = atTerminal(20);
    words.userCode(prompt);
    await expect
      .poll(() => {
        words.remaining(897);
        return said();
      })
      .toContain('Waiting');
    expect(said()).not.toContain('█');
  });
});
