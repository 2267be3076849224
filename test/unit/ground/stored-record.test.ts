import { describe, expect, it } from 'vitest';
import {
  anyObject,
  either,
  flag,
  instant,
  mark,
  oneOf,
  optional,
  record,
  secret,
  text,
  texts,
} from '../../../src/ground/stored-record.ts';

const read = record({
  name: text,
  lines: optional(texts),
  at: optional(instant),
  isOpen: optional(flag),
  isMarked: mark,
  kind: optional(oneOf('one', 'two')),
  where: optional(either<object>(record({ header: text }), record({ query: text }))),
  raw: optional(anyObject),
  token: optional(secret),
});

describe('record', () => {
  it('gives the members in the order of the description, without what does not belong there', () => {
    const found = read({ lines: ['a'], other: 1, kind: 'two', name: 'n', where: { query: 'q', header: 5 } });
    expect(JSON.stringify(found)).toBe('{"name":"n","lines":["a"],"kind":"two","where":{"query":"q"}}');
  });

  it.each([
    ['no object', 5],
    ['null', null],
    ['a list', []],
    ['nothing in it', {}],
    ['a number for a text', { name: 5 }],
    ['null for a member that may be left out', { name: 'n', lines: null }],
    ['a number among the texts', { name: 'n', lines: ['a', 5] }],
    ['a text that is no instant', { name: 'n', at: 'yesterday' }],
    ['a text for a flag', { name: 'n', isOpen: 'true' }],
    ['a mark that is false', { name: 'n', isMarked: false }],
    ['a word that is not one of them', { name: 'n', kind: 'three' }],
    ['neither of two records', { name: 'n', where: { path: 'p' } }],
    ['a list for an object', { name: 'n', raw: [] }],
    ['a number for a secret', { name: 'n', token: 5 }],
  ])('is none with %s', (_what, value) => {
    expect(read(value)).toBeUndefined();
  });

  it('takes no member that every object has', () => {
    expect(record({ constructor: optional(text), toString: text })({})).toBeUndefined();
  });

  it('gives an object that others cannot change', () => {
    const raw = { a: 1 };
    const found = read({ name: 'n', raw });
    raw.a = 2;
    expect(found?.raw).toEqual({ a: 1 });
  });

  it('does not print a secret', () => {
    expect(JSON.stringify(read({ name: 'n', token: 'canary' }))).not.toContain('canary');
  });
});
