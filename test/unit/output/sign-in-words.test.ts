import { describe, expect, it } from 'vitest';
import type { WaysBack } from '../../../src/grants/sign-in-progress.ts';
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
function atTerminal(columns: number | undefined, env?: Record<string, string>, rows = 24) {
  const { context } = fakeContext();
  const written: string[] = [];
  const stderr = { isTTY: true, columns, rows, write: (text: string) => written.push(text) };
  const changed: Context = { ...context, stderr, ...(env && { env }) };
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

  it('is whole at a terminal that does not tell its width, and not drawn where there is none', () => {
    const { words, said } = atTerminal(0);
    words.remaining(899);
    expect(said()).toContain('Waiting, 14:59 left (Ctrl-C stops)');
    const elsewhere = atTerminal(undefined);
    elsewhere.words.remaining(899);
    expect(elsewhere.said()).toBe('');
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

const ways: WaysBack = {
  opensBrowser: true,
  redirectUri: 'http://127.0.0.1:40000/callback',
  ports: [40000],
  surroundings: 'local',
  canPaste: false,
  offersDevice: false,
  timeoutSeconds: 300,
};
const URI = `https://github.com/login/oauth/authorize?${'x'.repeat(300)}`;

describe('the words while a browser is waited for', () => {
  it('put the long address last and dim, and count down below it', async () => {
    const { words, said } = atTerminal(80);
    words.authorizationUri(URI, ways);
    await expect.poll(said).toContain('Waiting for you to finish there, 5:00 left (Ctrl-C stops)');
    words.done();
    const [opening = '', , ...rest] = said().split('\n');
    expect(opening).toBe('Opening the sign-in page of GitHub in the browser.');
    expect(rest.join('\n')).toMatch(
      /^\x1b\[2mIf it does not appear, open this address:\x1b\[22m\n\x1b\[2mhttps:\S+\x1b\[22m\n\n/,
    );
    expect(said().endsWith('\r\u001b[K')).toBe(true);
  });

  it('show the address in the accent when the person has to open it, with no way back that cannot help', () => {
    const { words, said } = atTerminal(80);
    words.authorizationUri(URI, ways);
    words.browserFailed({ ...ways, opensBrowser: false, canPaste: true });
    words.startLinkUnused({ ...ways, opensBrowser: false, canPaste: true });
    words.done();
    expect(said()).toContain(`\x1b[36m${URI}\x1b[39m`);
    expect(said()).toContain('open this address yourself. Still waiting.');
    expect(said().match(/Still waiting/g)).toHaveLength(1);
    expect(said()).not.toContain('ssh -N');
  });

  it.each([{ ACCESSIBLE: '1' }, { TERM: 'dumb' }])('are plain lines, none drawn again, with %j', (env) => {
    const { words, said } = atTerminal(80, { LANG: 'C.UTF-8', ...env });
    words.authorizationUri(URI, ways);
    words.remaining(100);
    words.done();
    expect(said()).not.toMatch(/[\x1b\r]/);
    expect(said()).toContain('Waiting for you to finish there (5 minutes at most, Ctrl-C stops)');
    expect(said()).toContain(`\n${URI}\n`);
  });

  it('count on when the browser came after all and the question was taken back', async () => {
    const { words, said } = atTerminal(80);
    words.authorizationUri(URI, ways);
    words.startLinkUnused({ ...ways, opensBrowser: false, canPaste: true });
    words.pasteTakenBack();
    await expect.poll(said).toMatch(/The browser has opened the page\.\n\r\S+Waiting for you/);
    words.done();
  });
});

describe('the words of a user code at 80 × 24', () => {
  it.each([
    ['a short code', 'WDJB-MJHT', 24],
    ['a code that is spelled', 'O0I1-lOO0', 24],
    ['a large terminal', 'WDJB-MJHT', 50],
  ])('fit below the picture: %s', async (_what, userCode, rows) => {
    const { words, said } = atTerminal(80, undefined, rows);
    words.userCode({ ...prompt, userCode });
    await expect.poll(said).toContain(userCode);
    const lines = said().trimEnd().split('\n');
    expect(said()).toContain('█');
    expect(lines.length).toBeLessThan(rows);
    const place = (text: string) => lines.findIndex((line) => line.includes(text));
    expect(place('█')).toBeLessThan(2);
    expect(place('https://github.com/login/device')).toBeGreaterThan(10);
    expect(place(userCode)).toBeGreaterThan(place('https://github.com'));
  });

  it('stand alone where the picture would scroll them away', async () => {
    const { words, said } = atTerminal(80, undefined, 20);
    words.userCode(prompt);
    await expect.poll(said).toContain('WDJB-MJHT');
    expect(said()).not.toContain('█');
  });

  it('have a picture in ink on paper, whatever the colours of the terminal', async () => {
    const { words, said } = atTerminal(80);
    words.userCode(prompt);
    await expect.poll(said).toContain('WDJB-MJHT');
    const picture = said()
      .split('\n')
      .filter((line) => line.includes('▀'));
    expect(picture.length).toBeGreaterThan(10);
    expect(picture.every((line) => line.startsWith('\u001b[30;47m') && line.endsWith('\u001b[0m'))).toBe(
      true,
    );
    // The quiet zone is paper.
    expect(said().split('\n')[0]).toMatch(/^\S+m +\S+$/);
  });
});
