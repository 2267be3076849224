import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { type SignalEffects, watchSignalEffects } from '../../../src/adapters/signal-effect.ts';

const started: ChildProcess[] = [];
const watching: SignalEffects[] = [];
afterEach(() => {
  for (const child of started.splice(0)) {
    child.kill('SIGKILL');
  }
  for (const effects of watching.splice(0)) {
    effects.end();
  }
});

/** Runs a script of sh and waits for its first word. */
async function run(script: string) {
  const child = spawn('sh', ['-c', script], { stdio: ['pipe', 'pipe', 'inherit'] });
  started.push(child);
  await once(child.stdout, 'data');
  const effects = watchSignalEffects(child.pid);
  watching.push(effects);
  return { child, effects };
}

describe.runIf(process.platform === 'linux')('the effect of a signal on another process', () => {
  // Not SIGINT, which some shells catch for themselves.
  it('is fatal to one that takes no notice', async () => {
    const { effects } = await run('echo ready; exec sleep 20');
    expect([effects.isFatal('SIGQUIT'), effects.isFatal('SIGUSR1')]).toEqual([true, true]);
  });

  it('is not fatal to one that catches or ignores that very signal', async () => {
    const caught = await run('trap : USR1; echo ready; read _; :');
    expect([caught.effects.isFatal('SIGUSR1'), caught.effects.isFatal('SIGQUIT')]).toEqual([false, true]);
    const ignored = await run('trap "" QUIT; echo ready; exec sleep 20');
    expect([ignored.effects.isFatal('SIGUSR1'), ignored.effects.isFatal('SIGQUIT')]).toEqual([true, false]);
  });

  it('counts as not fatal to one that caught it before, since it may have caught this one', async () => {
    const { child, effects } = await run(
      'trap : QUIT; echo ready; read _; trap - QUIT; echo reset; read _; :',
    );
    await sleep(1_500);
    child.stdin.write('\n');
    await once(child.stdout, 'data');
    expect(effects.isFatal('SIGQUIT')).toBe(false);
    const late = watchSignalEffects(child.pid);
    watching.push(late);
    expect(late.isFatal('SIGQUIT')).toBe(true);
  });

  it('is none on one that has ended', async () => {
    const { child, effects } = await run('echo ready');
    if (child.exitCode === null) {
      await once(child, 'exit');
    }
    expect(effects.isFatal('SIGINT')).toBe(false);
    expect(watchSignalEffects(undefined).isFatal('SIGINT')).toBe(false);
  });
});
