import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { openPrompts } from '../../../src/adapters/prompts.ts';
import { AbortedError, InputEndedError } from '../../../src/ground/errors.ts';
import type { Prompts } from '../../../src/ground/ports.ts';
import { rejectionOf } from './http-client.ts';

const ENTER = '\r';
const CTRL_C = '\x03';
const CTRL_D = '\x04';
const DOWN = '\x1b[B';
const HIDE_CURSOR = '\x1b[?25l';
const SHOW_CURSOR = '\x1b[?25h';

/** A terminal whose keys the test presses and whose screen it reads. */
function terminal() {
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
  return {
    environment: { stdin, stderr, signal: controller.signal },
    controller,
    screen: () => screen,
    /** Waits until the question is on the screen, then presses the keys one by one. */
    async press(question: string, ...keys: string[]) {
      await expect.poll(() => screen).toContain(question);
      for (const key of keys) {
        stdin.write(key);
        await delay(5);
      }
    },
    isRaw: () => stdin.isRaw,
  };
}

describe('questions', () => {
  it('gives back what was typed', async () => {
    const { environment, press } = terminal();
    const prompts = await openPrompts(environment);
    const answer = prompts.text('Client identifier?');
    await press('Client identifier?', 'Iv1.', 'abc', ENTER);
    expect(await answer).toBe('Iv1.abc');
  });

  it('starts with a proposal, and repeats the question while the answer is refused', async () => {
    const { environment, press, screen } = terminal();
    const prompts = await openPrompts(environment);
    const validate = (text: string) => (text.endsWith('!') ? undefined : 'no exclamation mark');
    const answer = prompts.text('Word?', { initial: 'hello', validate });
    await press('Word?', ENTER);
    await press('no exclamation mark', '!', ENTER);
    expect(await answer).toBe('hello!');
    expect(screen()).toContain('no exclamation mark');
  });

  it('offers a yes and a no', async () => {
    const { environment, press } = terminal();
    const prompts = await openPrompts(environment);
    const kept = prompts.confirm('Keep?', false);
    await press('Keep?', ENTER);
    expect(await kept).toBe(false);
    const changed = prompts.confirm('Change?', false);
    await press('Change?', 'y', ENTER);
    expect(await changed).toBe(true);
  });

  it('lets choose', async () => {
    const { environment, press } = terminal();
    const prompts = await openPrompts(environment);
    const answer = prompts.choose('Store?', [
      { value: 'passphrase', label: 'a passphrase' },
      { value: 'file', label: 'a key file', hint: 'weaker' },
    ]);
    await press('Store?', DOWN, ENTER);
    expect(await answer).toBe('file');
  });

  it('lets search, the best first, and takes what was typed where that may be', async () => {
    const choices = [
      { value: 'box', label: 'Box', words: [] },
      { value: 'x', label: 'X', words: ['twitter'] },
    ];
    const { environment, press, screen } = terminal();
    const prompts = await openPrompts(environment);
    const other = (typed: string) => (typed.includes('.') ? { value: typed, label: typed } : undefined);
    const answer = prompts.search('What?', choices, other);
    await press('What?', 'x', ENTER);
    expect(await answer).toBe('x');

    const typed = prompts.search('Where?', choices, other);
    await press('Where?', ...'a.b'.split(''), ENTER);
    expect(await typed).toBe('a.b');

    const stopped = rejectionOf(prompts.search('Which?', choices, other));
    await press('Which?', 'q', ENTER);
    await press('nothing fits', CTRL_C);
    expect(await stopped).toBeInstanceOf(AbortedError);
    expect(screen()).toContain('nothing fits');
  });
});

describe('a secret that is typed', () => {
  it('is not shown, not even by its length', async () => {
    const { environment, press, screen } = terminal();
    const prompts = await openPrompts(environment);
    const answer = prompts.secret('Client secret?');
    await press('Client secret?', ...'abcdefgh'.split(''), ENTER);
    const secret = await answer;
    expect(secret.reveal()).toBe('abcdefgh');
    const other = terminal();
    const longer = (await openPrompts(other.environment)).secret('Client secret?');
    await other.press('Client secret?', ...'wxyzwxyzwxyzwxyz'.split(''), ENTER);
    await longer;
    expect(screen()).not.toMatch(/[▪•*]{2}|abc|a.{0,9}b.{0,9}c.{0,9}d.{0,9}e/);
    const shown = (text: string) => text.replaceAll(/\x1b\[[\d;?]*[A-Za-z]/g, '').replaceAll(/\s/g, '');
    const lastLine = (text: string) => shown(text).slice(-24);
    expect(lastLine(screen())).toBe(lastLine(other.screen()));
  });
});

describe('an interruption', () => {
  it.each(['text', 'secret', 'confirm', 'choose'] as const)(
    'Ctrl-C at %s is an AbortedError',
    async (kind) => {
      const { environment, press, isRaw } = terminal();
      const prompts = await openPrompts(environment);
      const questions = {
        text: () => prompts.text('Well?'),
        secret: () => prompts.secret('Well?'),
        confirm: () => prompts.confirm('Well?', true),
        choose: () => prompts.choose('Well?', [{ value: 'a', label: 'A' }]),
      };
      const failed = rejectionOf(questions[kind]());
      await press('Well?', CTRL_C);
      expect(await failed).toBeInstanceOf(AbortedError);
      expect(isRaw()).toBe(false);
    },
  );

  it('by a signal ends the question with its reason and gives the terminal back', async () => {
    const { environment, controller, press, isRaw } = terminal();
    const prompts = await openPrompts(environment);
    const failed = rejectionOf(prompts.text('Well?'));
    await press('Well?', 'a');
    const reason = new AbortedError('told to stop');
    controller.abort(reason);
    expect(await failed).toBe(reason);
    expect(isRaw()).toBe(false);
  });
});

describe('the end of the input', () => {
  const kinds = ['text', 'secret', 'confirm', 'choose'] as const;
  const ask = (prompts: Prompts, kind: (typeof kinds)[number]) => {
    const questions = {
      text: () => prompts.text('Well?'),
      secret: () => prompts.secret('Well?'),
      confirm: () => prompts.confirm('Well?', true),
      choose: () => prompts.choose('Well?', [{ value: 'a', label: 'A' }]),
    };
    return questions[kind]();
  };

  it.each(kinds)('with Ctrl-D at %s is an AbortedError and gives the terminal back', async (kind) => {
    const { environment, press, isRaw, screen } = terminal();
    const failed = rejectionOf(ask(await openPrompts(environment), kind));
    await press('Well?', CTRL_D);
    const error = await failed;
    expect(error).toBeInstanceOf(AbortedError);
    expect(error).toBeInstanceOf(InputEndedError);
    expect(isRaw()).toBe(false);
    expect(screen().lastIndexOf(SHOW_CURSOR)).toBeGreaterThan(screen().lastIndexOf(HIDE_CURSOR));
    expect(environment.stdin.listenerCount('keypress')).toBe(0);
    expect(environment.stdin.isPaused()).toBe(true);
  });

  it.each(kinds)('by a terminal that is gone is the same at %s', async (kind) => {
    const { environment, press } = terminal();
    const failed = rejectionOf(ask(await openPrompts(environment), kind));
    await press('Well?');
    environment.stdin.end();
    expect(await failed).toBeInstanceOf(InputEndedError);
  });

  it('was before the question: it is not asked', async () => {
    const { environment, screen } = terminal();
    const prompts = await openPrompts(environment);
    environment.stdin.end();
    environment.stdin.resume();
    await once(environment.stdin, 'end');
    expect(await rejectionOf(prompts.text('Well?'))).toBeInstanceOf(InputEndedError);
    expect(screen()).toBe('');
  });

  it('is not meant by Ctrl-D behind text', async () => {
    const { environment, press } = terminal();
    const answer = (await openPrompts(environment)).secret('Well?');
    await press('Well?', 'abc', CTRL_D, 'd', ENTER);
    expect((await answer).reveal()).toBe('abcd');
  });

  it('is no hindrance for the next question', async () => {
    const { environment, press } = terminal();
    const prompts = await openPrompts(environment);
    const failed = rejectionOf(prompts.secret('First?'));
    await press('First?', CTRL_D);
    await failed;
    const answer = prompts.text('Second?');
    await press('Second?', 'yes', ENTER);
    expect(await answer).toBe('yes');
  });
});

describe('a process that was put to sleep with Ctrl-Z', () => {
  it('goes on with its question when it is woken up', async () => {
    const { environment, press } = terminal();
    const answer = (await openPrompts(environment)).text('Well?');
    await press('Well?', 'ab');
    // What readline does on SIGCONT: it pauses the input, takes raw mode again, and leaves the rest to others.
    environment.stdin.setRawMode(false);
    environment.stdin.pause();
    environment.stdin.setRawMode(true);
    await press('Well?', 'c', ENTER);
    expect(await answer).toBe('abc');
    expect(environment.stdin.isPaused()).toBe(true);
  });
});

describe('a terminal', () => {
  const asked = async (
    change: (environment: ReturnType<typeof terminal>['environment']) => void,
    canDraw: boolean,
  ) => {
    const { environment, press, screen } = terminal();
    change(environment);
    const prompts = await openPrompts({ ...environment, canDraw });
    const answer = prompts.choose('Where should the key that protects your sign-ins be kept?', [
      { value: 'a', label: 'A passphrase', hint: 'asked for at each use' },
      { value: 'b', label: 'Stop' },
    ]);
    await press('Stop', DOWN, ENTER);
    expect(await answer).toBe('b');
    const secret = prompts.secret('Passphrase', {
      validate: (text) => (text === '' ? 'type it' : undefined),
    });
    await press('Passphrase', ENTER);
    await press('type it', 'x', ENTER);
    expect((await secret).reveal()).toBe('x');
    return screen();
  };

  it('without a size is taken for one of 80 columns', async () => {
    const sized = await asked(() => {}, true);
    const unsized = await asked(({ stderr }) => Object.assign(stderr, { columns: 0, rows: 0 }), true);
    expect(unsized).toBe(sized);
    expect(unsized).toContain('Where should the key that protects your sign-ins be kept?');
  });

  it('that cannot draw is sent ASCII only', async () => {
    expect(await asked(() => {}, true)).toMatch(/[^\x00-\x7f]/);
    const plain = await asked(() => {}, false);
    expect(plain).not.toMatch(/[^\x00-\x7f]/);
    expect(plain).toContain('> Stop');
  });
});

describe('without a terminal', () => {
  it.each(['stdin', 'stderr'] as const)('nothing is asked when %s is none', async (name) => {
    const { environment, screen } = terminal();
    environment[name].isTTY = false;
    const error = await rejectionOf(openPrompts(environment));
    expect(error.code).toBe('person_required');
    expect(screen()).toBe('');
  });
});

describe('hidden input', () => {
  /** A terminal that would show what is typed as soon as raw mode ends, and counts what Ctrl-C does outside questions. */
  function hiddenTerminal() {
    const opened = terminal();
    const setRawMode = opened.environment.stdin.setRawMode;
    const modes: boolean[] = [];
    let interrupts = 0;
    opened.environment.stdin.setRawMode = (mode: boolean) => {
      modes.push(mode);
      return setRawMode(mode);
    };
    const environment = {
      ...opened.environment,
      interrupt: () => {
        interrupts += 1;
      },
    };
    return { ...opened, environment, modes, interrupts: () => interrupts };
  }

  it('shows nothing from the first question to the end of the work, and shows it again after that', async () => {
    const { environment, press, modes, isRaw } = hiddenTerminal();
    const prompts = await openPrompts(environment);
    const seen: boolean[] = [];
    const work = prompts.hidden(async (ask) => {
      await ask('First?');
      await delay(20);
      seen.push(isRaw());
      await ask('Second?');
      await delay(20);
      seen.push(isRaw());
      return 'done';
    });
    await press('First?', 'one', ENTER);
    await press('Second?', 'two', ENTER);
    expect(await work).toBe('done');
    expect(seen).toEqual([true, true]);
    expect(modes).toEqual([true, false]);
    expect(isRaw()).toBe(false);
  });

  it('keeps what is typed between two questions for the next one', async () => {
    const { environment, press } = hiddenTerminal();
    const prompts = await openPrompts(environment);
    const work = prompts.hidden(async (ask) => {
      const first = await ask('First?');
      await delay(60);
      const second = await ask('Second?');
      return [first.reveal(), second.reveal()];
    });
    await press('First?', 'wrong', ENTER, 'ri', 'ght', ENTER);
    expect(await work).toEqual(['wrong', 'right']);
  });

  it('shows it again after an error, after Ctrl-C and after Ctrl-D', async () => {
    for (const [key, kind] of [
      [undefined, Error],
      [CTRL_C, AbortedError],
      [CTRL_D, InputEndedError],
    ] as const) {
      const { environment, press, isRaw } = hiddenTerminal();
      const prompts = await openPrompts(environment);
      const work = prompts.hidden(async (ask) => {
        await ask('Secret?');
        throw new Error('the work failed');
      });
      const ended = rejectionOf(work);
      await press('Secret?', ...(key === undefined ? ['x', ENTER] : [key]));
      expect(await ended).toBeInstanceOf(kind);
      expect(isRaw()).toBe(false);
    }
  });

  it('takes Ctrl-C while no question is open, and lets the terminal go before the second one', async () => {
    const { environment, press, isRaw, interrupts } = hiddenTerminal();
    const prompts = await openPrompts(environment);
    const states: boolean[] = [];
    const work = prompts.hidden(async (ask) => {
      await ask('Secret?');
      environment.stdin.write(CTRL_C);
      await expect.poll(interrupts).toBe(1);
      states.push(isRaw());
      environment.stdin.write(CTRL_C);
      await expect.poll(interrupts).toBe(2);
      states.push(isRaw());
    });
    await press('Secret?', 'x', ENTER);
    await work;
    expect(states).toEqual([true, false]);
  });

  it('still ends a question that gets no key any more', async () => {
    const { environment } = hiddenTerminal();
    const prompts = await openPrompts(environment);
    const work = rejectionOf(prompts.hidden((ask) => ask('Secret?')));
    environment.stdin.end();
    expect(await work).toBeInstanceOf(InputEndedError);
  });
});
