import { describe, expect, it } from 'vitest';
import { isInteractive, isPersonPresent } from '../../../src/ground/presence.ts';
import { type FakeContextOptions, fakeContext } from '../../support/fake-context.ts';

type Terminals = NonNullable<FakeContextOptions['terminals']>;
const BOTH: Terminals = ['stdin', 'stderr'];

describe('nobody waits for a person who is not there', () => {
  it.each<[string, Terminals, Record<string, string>, boolean, boolean]>([
    ['a terminal', BOTH, {}, true, true],
    ['a terminal whose answer goes into a pipe', BOTH, {}, true, true],
    ['input from a pipe', ['stderr'], {}, false, true],
    ['messages into a file', ['stdin'], {}, false, true],
    ['only the answer on a terminal', ['stdout'], {}, false, false],
    ['no terminal', [], {}, false, false],
    ['CI with a terminal', BOTH, { CI: 'true' }, false, false],
    ['CI=1', BOTH, { CI: '1' }, false, false],
    ['an empty CI', BOTH, { CI: '' }, true, true],
    ['CI=false', BOTH, { CI: 'false' }, true, true],
    ['BROWSER without a terminal', [], { BROWSER: '/x' }, false, true],
    ['BROWSER in CI', [], { BROWSER: '/x', CI: 'true' }, false, true],
    ['an empty BROWSER', [], { BROWSER: '' }, false, false],
  ])('%s', async (_where, terminals, env, interactive, person) => {
    const fake = fakeContext({ terminals, env });
    try {
      expect(isInteractive(fake.context)).toBe(interactive);
      expect(isPersonPresent(fake.context)).toBe(person);
    } finally {
      await fake.remove();
    }
  });
});
