import { describe, expect, it } from 'vitest';
import { rankedChoices } from '../../../src/adapters/ranked-choices.ts';

const choice = (value: string, label: string, ...words: string[]) => ({ value, label, words });
const choices = [
  choice('box', 'Box'),
  choice('github', 'GitHub', 'gh'),
  choice('xero', 'Xero'),
  choice('x', 'X', 'twitter'),
];
const found = (typed: string) => rankedChoices(choices, typed).map(({ value }) => value);

describe('the choices that fit what was typed', () => {
  it.each([
    ['', ['box', 'github', 'xero', 'x']],
    ['x', ['x', 'xero', 'box']],
    ['GIT', ['github']],
    ['gh', ['github']],
    ['hub git', ['github']],
    ['twit', ['x']],
    ['nothing', []],
  ])('%j are %j', (typed, values) => {
    expect(found(typed)).toEqual(values);
  });
});
