import { describe, expect, it } from 'vitest';
import type { Context } from '../../../src/ground/context.ts';
import { answerFromStore, type QuickProcess } from '../../../src/quick/stored-answer.ts';

function host(changes: Partial<QuickProcess> = {}): QuickProcess {
  return {
    env: { HOME: '/nowhere' },
    execArgv: [],
    platform: 'linux',
    stdout: process.stdout,
    on: () => process,
    removeListener: () => process,
    ...changes,
  };
}

const program = { program: 'true', args: [], env: {} };
const startChild = async () => ({ exitCode: Promise.resolve(7) });
const fail = () => Promise.reject(new Error('no'));

describe('what goes wrong', () => {
  it('is left to the whole program, which starts afresh', async () => {
    expect(await answerFromStore(host(), {}, fail)).toBeUndefined();
    const starts = (context: Context) => context.startChild(program);
    expect(await answerFromStore(host(), {}, starts)).toBeUndefined();
    expect(await answerFromStore(host(), { startChild: fail }, starts)).toBeUndefined();
  });

  it.each<[string, (context: Context) => unknown]>([
    ['the network', (context) => context.openHttp({ allowHttpLoopback: false })],
    ['a browser', (context) => context.openBrowser('https://as.example')],
    ['a question', (context) => context.openPrompts()],
    ['a keychain', (context) => context.openKeychain()],
    ['the signal', (context) => context.signal],
    ['a pause', (context) => context.clock.sleep(1)],
    ['work that must not be left half done', (context) => context.uninterrupted(async () => {})],
    ['bytes', (context) => context.writeBytes(Buffer.alloc(1))],
    ['words for the person', async (context) => context.stderr.write('a note')],
  ])('is so for a command that needs %s', async (_, need) => {
    expect(await answerFromStore(host(), {}, async (context) => need(context))).toBeUndefined();
  });

  it.each([
    { execArgv: ['--inspect'] },
    { env: { HOME: '/nowhere', NODE_OPTIONS: '--report-on-signal' } },
    { env: { HOME: '/nowhere', NODE_TLS_REJECT_UNAUTHORIZED: '0' } },
  ])('is looked at more closely with %j', async (changes) => {
    let isRun = false;
    const run = async () => {
      isRun = true;
    };
    expect(await answerFromStore(host(changes), {}, run)).toBeUndefined();
    expect(isRun).toBe(false);
  });
});

describe('a command that has been run', () => {
  const run = async (context: Context) => (await context.startChild(program)).exitCode;

  it('gives its exit code', async () => {
    expect(await answerFromStore(host(), { startChild }, run)).toEqual({ exitCode: 7 });
  });

  it('is not run again by the whole program, whatever goes wrong afterwards', async () => {
    const lost = async () => ({ exitCode: Promise.reject(new Error('lost')) });
    expect(await answerFromStore(host(), { startChild: lost }, run)).toEqual({ exitCode: 1 });
  });

  it('is not run before what was said to the person is out', async () => {
    let starts = 0;
    const counted = () => {
      starts += 1;
      return startChild();
    };
    const says = (context: Context) => {
      context.stderr.write('a note');
      return run(context);
    };
    expect(await answerFromStore(host(), { startChild: counted }, says)).toBeUndefined();
    expect(starts).toBe(0);
  });
});
