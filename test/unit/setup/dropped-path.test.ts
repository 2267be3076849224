import { describe, expect, it } from 'vitest';
import { droppedPath } from '../../../src/setup/dropped-path.ts';

describe('a file that is dropped on a question', () => {
  it.each([
    ['/home/ada/client.json', '/home/ada/client.json'],
    ['  /home/ada/client.json ', '/home/ada/client.json'],
    ["'/home/ada/my client.json'", '/home/ada/my client.json'],
    ['"/home/ada/my client.json"', '/home/ada/my client.json'],
    [String.raw`/home/ada/my\ client\ \(1\).json`, '/home/ada/my client (1).json'],
    ['file:///home/ada/my%20client.json', '/home/ada/my client.json'],
    [String.raw`C:\Users\ada\client.json`, String.raw`C:\Users\ada\client.json`],
  ])('as %s is %s', (typed, path) => {
    expect(droppedPath(typed)).toBe(path);
  });

  it.each(['', 'Iv1.abc', 'client/with/slash', 'file:///a%2Fb', 'https://example.com/a', '~'])(
    'is not %j',
    (typed) => {
      expect(droppedPath(typed)).toBeUndefined();
    },
  );
});
