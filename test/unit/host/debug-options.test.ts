import { describe, expect, it } from 'vitest';
import { debugOptions } from '../../../src/host/debug-options.ts';

describe('T61 options of Node that lay memory open', () => {
  it.each([
    '--inspect',
    '--inspect=0.0.0.0:9229',
    '--inspect-brk',
    '--inspect_brk=0',
    '--inspect-wait',
    '--heapsnapshot-signal=SIGUSR2',
    '--heapsnapshot-near-heap-limit=3',
    '--abort-on-uncaught-exception',
  ])('%s is told, and where it was given', (option) => {
    const name = option.replace(/=.*/, '').replaceAll('_', '-');
    expect(debugOptions([option], undefined)).toEqual([name]);
    expect(debugOptions([], `--no-warnings  ${option} --trace-uncaught`)).toEqual([
      `${name} in NODE_OPTIONS`,
    ]);
    expect(debugOptions([], `"${option}"`)).toEqual([`${name} in NODE_OPTIONS`]);
  });

  it.each([
    '--cpu-prof',
    '--heap-prof',
    '--report-uncaught-exception',
    '--inspect-port=9229',
    '--inspect-publish-uid=http',
    '--max-old-space-size=100',
    '--require "/opt/--inspect/my \\"--inspect\\".js"',
    '',
  ])('%s is none', (option) => {
    expect(debugOptions(option.split(' ', 1), option)).toEqual([]);
  });

  it('one is found inside quotes and escapes, as Node finds it', () => {
    expect(debugOptions([], String.raw`-r "a b.js" --ins"pe\ct"=0`)).toEqual(['--inspect in NODE_OPTIONS']);
  });
});
