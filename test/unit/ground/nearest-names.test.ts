import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nearestNames } from '../../../src/ground/nearest-names.ts';
import { catalogue, presetAliases } from '../../../src/providers/catalogue.ts';

const names = [...catalogue.keys(), ...presetAliases().keys()];

describe('a mistyped provider', () => {
  it.each([
    ['gihub', 'github'],
    ['gitub', 'github'],
    ['githbu', 'github'],
    ['GitHub', 'github'],
    ['gogle', 'google'],
    ['goolge', 'google'],
    ['facebok', 'facebook'],
    ['microsft', 'microsoft'],
    ['twiter', 'twitter'],
  ])('%s is taken for %s', (typed, meant) => {
    expect(nearestNames(typed, names)).toEqual([meant]);
  });

  it('offers those that are equally near', () => {
    expect(nearestNames('gitlub', names)).toEqual(['github', 'gitlab'].sort());
  });

  it('offers nothing for what resembles nothing', () => {
    expect(nearestNames('discourse', names)).toEqual([]);
    expect(nearestNames('constructor', names)).toEqual([]);
    expect(nearestNames('a'.repeat(1_000_000), names)).toEqual([]);
  });

  it('finds every name that lost or doubled one character', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...names.filter((name) => name.length > 3)),
        fc.nat(),
        fc.boolean(),
        (name, at, doubled) => {
          const index = at % name.length;
          const typed = doubled
            ? name.slice(0, index) + name.charAt(index) + name.slice(index)
            : name.slice(0, index) + name.slice(index + 1);
          expect(nearestNames(typed, names)).toContain(name);
        },
      ),
      { numRuns: 300 },
    );
  });
});
