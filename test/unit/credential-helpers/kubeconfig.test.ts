import fc from 'fast-check';
import { expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import type { InstallWish } from '../../../src/credential-helpers/installations/installation.ts';
import { kubernetesInstallation } from '../../../src/credential-helpers/installations/kubernetes.ts';

const wish: InstallWish = {
  origins: [],
  words: ['work', '--account', 'ada "l": [x]'],
  options: {},
  surroundings: { env: {}, platform: 'linux' },
};

const word = fc.stringMatching(/^[a-z][a-z0-9-]{0,8}$/);
const scalar = fc.oneof(
  word,
  fc.string(),
  fc.integer(),
  fc.boolean(),
  fc.constant(null),
  fc.constant('a: b # c\nd'),
);
const value = fc.letrec((tie) => ({
  node: fc.oneof(
    { depthSize: 'small' },
    scalar,
    fc.array(tie('node'), { maxLength: 3 }),
    fc.dictionary(word, tie('node'), { maxKeys: 3 }),
  ),
})).node;
const user = fc.record({ name: word.map((name) => `${name}-of-others`), user: value });
const config = fc.record({
  before: fc.dictionary(
    word.map((key) => `a-${key}`),
    value,
    { maxKeys: 2 },
  ),
  users: fc.option(fc.array(user, { maxLength: 3 }), { nil: undefined }),
  after: fc.dictionary(
    word.map((key) => `z-${key}`),
    value,
    { maxKeys: 2 },
  ),
  indentSeq: fc.boolean(),
  comments: fc.array(fc.constantFrom('# mine', '', '  # indented', '#'), { maxLength: 3 }),
  hasLineEnd: fc.boolean(),
});

it('gets one more user and keeps everything else, and is the same again after it', () => {
  let understood = 0;
  fc.assert(
    fc.property(config, ({ before, users, after, indentSeq, comments, hasLineEnd }) => {
      const document = { kind: 'Config', ...before, ...(users === undefined ? {} : { users }), ...after };
      const written = stringify(document, { indentSeq, lineWidth: 0 });
      const whole = `${comments.join('\n')}\n${written}${comments.join('\n')}\n`;
      const text = hasLineEnd ? whole : whole.replace(/\n+$/, '');
      const added = kubernetesInstallation.add(text, wish);
      if (added === undefined) {
        return;
      }
      understood += 1;
      const { users: all, ...rest } = parse(added);
      const { users: old, ...others } = parse(text);
      expect(rest).toEqual(others);
      expect(all.slice(0, -1)).toEqual(old ?? []);
      expect(all.at(-1)).toMatchObject({
        name: 'work',
        user: { exec: { args: ['credential', 'kubernetes', 'work', '--account', 'ada "l": [x]'] } },
      });
      expect(kubernetesInstallation.add(added, wish)).toBe(added);
      expect(kubernetesInstallation.remove(added, wish)).toBe(text);
    }),
    { numRuns: 500 },
  );
  expect(understood).toBeGreaterThan(400);
});
