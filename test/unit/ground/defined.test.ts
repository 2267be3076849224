import { expect, expectTypeOf, it } from 'vitest';
import { defined } from '../../../src/ground/defined.ts';

it('leaves out what is undefined, and nothing else that is falsy', () => {
  expect(Object.entries(defined({ a: undefined, b: null, c: 0, d: '', e: false }))).toEqual([
    ['b', null],
    ['c', 0],
    ['d', ''],
    ['e', false],
  ]);
});

it('takes nothing away where it is spread', () => {
  const before = { hint: 'octocat' };
  expect({ ...before, ...defined({ hint: undefined }) }).toEqual(before);
});

it('is of a type whose optional members are absent, not undefined', () => {
  const hint: string | undefined = ['octocat'].at(0);
  const members = defined({ name: 'a', hint });
  expectTypeOf(members).toExtend<{ readonly name: string; readonly hint?: string }>();
});
