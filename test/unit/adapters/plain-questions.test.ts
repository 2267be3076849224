import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { openPrompts } from '../../../src/adapters/prompts.ts';
import { AbortedError, InputEndedError } from '../../../src/ground/errors.ts';
import { rejectionOf } from './http-client.ts';

/** A terminal that is asked in plain lines; it shows what is typed by itself, unless it is in raw mode. */
async function plainTerminal() {
  const stdin = Object.assign(new PassThrough(), {
    isTTY: true,
    isRaw: false,
    setRawMode(mode: boolean) {
      stdin.isRaw = mode;
      return stdin;
    },
  });
  const stderr = Object.assign(new PassThrough(), { isTTY: true, columns: 80, rows: 24 });
  let screen = '';
  stderr.on('data', (chunk) => {
    screen += chunk;
  });
  const controller = new AbortController();
  const prompts = await openPrompts({ stdin, stderr, signal: controller.signal, isPlain: true });
  return {
    prompts,
    controller,
    stdin,
    screen: () => screen,
    async type(question: string, text: string) {
      await expect.poll(() => screen).toContain(question);
      stdin.write(text);
    },
  };
}

const CHOICES = [
  { value: 'passphrase', label: 'A passphrase' },
  { value: 'file', label: 'A key file', hint: 'weaker' },
] as const;

describe('a question in plain lines', () => {
  it('takes a line, and asks again while it is refused', async () => {
    const { prompts, type, screen } = await plainTerminal();
    const validate = (text: string) => (text.includes('/') ? 'that is a path' : undefined);
    const answer = prompts.text('Client ID', { initial: 'abc', validate });
    await type('Client ID [abc]: ', '/tmp/x\n');
    await type('that is a path\nClient ID [abc]: ', '\n');
    expect(await answer).toBe('abc');
    expect(screen()).not.toMatch(/\x1b|\r/);
  });

  it('lets answer yes or no, by word or by Enter', async () => {
    const { prompts, type } = await plainTerminal();
    const first = prompts.confirm('Open it?', true);
    await type('Open it? (yes or no; Enter is yes): ', 'perhaps\n');
    await type('answer yes or no', 'no\n');
    expect(await first).toBe(false);
    const second = prompts.confirm('Sure?', true);
    await type('Sure?', '\n');
    expect(await second).toBe(true);
  });

  it('lets choose by number', async () => {
    const { prompts, type } = await plainTerminal();
    const answer = prompts.choose('Where?', CHOICES);
    await type('Where?\n  1. A passphrase\n  2. A key file (weaker)\nNumber: ', '3\n');
    await type('answer with a number from 1 to 2', '2\r\n');
    expect(await answer).toBe('file');
  });

  it('lists what fits a search, and takes a number or other words', async () => {
    const { prompts, type } = await plainTerminal();
    const choices = [
      { value: 'github', label: 'GitHub', words: [] },
      { value: 'gitlab', label: 'GitLab', words: [] },
    ];
    const answer = prompts.search('Which provider?', choices);
    await type('Which provider?: ', 'nope\n');
    await type('nothing fits', 'git\n');
    await type('  2. GitLab\n', '2\n');
    expect(await answer).toBe('gitlab');
  });

  it('shows nothing of a secret, reads no key as shown text, and takes back what was mistyped', async () => {
    const { prompts, type, screen, stdin } = await plainTerminal();
    const answer = prompts.secret('Passphrase');
    await expect.poll(() => stdin.isRaw).toBe(true);
    await type('Passphrase: ', 'sesamx\x7fe\r');
    expect((await answer).reveal()).toBe('sesame');
    expect(stdin.isRaw).toBe(false);
    expect(screen()).toBe('Passphrase: \n');
  });

  it('ends by Ctrl-C, by Ctrl-D, by the end of the input and by its signal', async () => {
    const cancelled = await plainTerminal();
    const secret = rejectionOf(cancelled.prompts.secret('Secret'));
    await cancelled.type('Secret', 'x\x03');
    expect(await secret).toBeInstanceOf(AbortedError);

    const closed = await plainTerminal();
    const hidden = rejectionOf(closed.prompts.secret('Secret'));
    await closed.type('Secret', '\x04');
    expect(await hidden).toBeInstanceOf(InputEndedError);

    const ended = await plainTerminal();
    const text = rejectionOf(ended.prompts.text('Word'));
    await ended.type('Word', 'x');
    ended.stdin.end();
    expect(await text).toBeInstanceOf(InputEndedError);

    const stopped = await plainTerminal();
    const question = rejectionOf(stopped.prompts.text('Word'));
    await expect.poll(stopped.screen).toContain('Word');
    stopped.controller.abort(new AbortedError());
    expect(await question).toBeInstanceOf(AbortedError);
  });

  it('leaves what was typed ahead for the next question', async () => {
    const { prompts, type } = await plainTerminal();
    const first = prompts.text('First');
    await type('First', 'one\ntwo\n');
    expect(await first).toBe('one');
    expect(await prompts.text('Second')).toBe('two');
  });

  it('hides every line of work that asks for secrets', async () => {
    const { prompts, type, screen } = await plainTerminal();
    const both = prompts.hidden(async (ask) => {
      const one = (await ask('One')).reveal();
      return [one, (await ask('Two')).reveal()];
    });
    await type('One: ', 'a\r');
    await type('Two: ', 'b\r');
    expect(await both).toEqual(['a', 'b']);
    expect(screen()).not.toMatch(/[ab]$/m);
  });
});
