import { nearestNames } from '../ground/nearest-names.ts';

/** A JSON Schema, as far as this program writes one (draft 2020-12). */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** What is wrong with a document: where, and what is expected there. */
export interface Fault {
  readonly path: readonly (string | number)[];
  /** A clause such as `expected an https URL` or `is not a member; did you mean label?`. */
  readonly what: string;
}

/** What a value of a JSON document has to be: the check, the JSON Schema and the TypeScript type are made from it. */
export interface Rule<Value> {
  /** Completes “expected …”. */
  readonly expected: string;
  readonly schema: JsonSchema;
  /** Gives what is wrong with the value; nothing when it is a `Value`. */
  check(value: unknown, path: Fault['path']): Fault | undefined;
  /** Never called: it carries the type. */
  readonly type?: () => Value;
}

/** The TypeScript type that a rule describes. */
export type Described<R> = R extends Rule<infer Value> ? Value : never;

/** A member of an object, with the sentence that editors show for it. */
export interface Member<Value, Optional extends boolean> {
  readonly sentence: string;
  readonly rule: Rule<Value>;
  readonly optional: Optional;
}

/** The name of an object's member that is free means nothing to objects themselves. */
const freeName = { not: { enum: ['__proto__', 'constructor', 'prototype'] } };
const isFreeName = (name: string) => !freeName.not.enum.includes(name);

/** A text that fits the pattern, which has the flag `u`, as those of a JSON Schema are read (draft 2020-12). */
export function text(expected: string, pattern: RegExp): Rule<string> {
  const schema = { type: 'string', pattern: pattern.source };
  return {
    expected,
    schema,
    check: (value, path) =>
      typeof value === 'string' && pattern.test(value) ? undefined : { path, what: `expected ${expected}` },
  };
}

/** One of these texts. */
export function oneOf<const Choice extends string>(...choices: readonly Choice[]): Rule<Choice> {
  const expected = choices.map((choice) => JSON.stringify(choice)).join(' or ');
  return {
    expected,
    schema: { enum: choices },
    check(value, path) {
      if (choices.some((choice) => choice === value)) return undefined;
      return { path, what: `expected ${expected}${suggestion(String(value), choices)}` };
    },
  };
}

/** `true`, and nothing else: what is not so is left out. */
export const onlyTrue: Rule<true> = {
  expected: 'true, or the member left out',
  schema: { const: true },
  check: (value, path) =>
    value === true ? undefined : { path, what: 'expected true, or the member left out' },
};

/** A whole number in these bounds. */
export function wholeNumber(least: number, most: number): Rule<number> {
  const expected = `a whole number between ${least} and ${most}`;
  return {
    expected,
    schema: { type: 'integer', minimum: least, maximum: most },
    check: (value, path) =>
      typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most
        ? undefined
        : { path, what: `expected ${expected}` },
  };
}

/** A list of such values. */
export function listOf<Value>(rule: Rule<Value>): Rule<readonly Value[]> {
  return {
    expected: `a list, each ${rule.expected}`,
    schema: { type: 'array', items: rule.schema },
    check: (value, path) =>
      Array.isArray(value)
        ? firstFault(value.map((item, index) => () => rule.check(item, [...path, index])))
        : { path, what: `expected a list, each ${rule.expected}` },
  };
}

/** An object of such values under names that the document chooses. */
export function namedValues<Value>(rule: Rule<Value>): Rule<Readonly<Record<string, Value>>> {
  return {
    expected: `an object, each value ${rule.expected}`,
    schema: { type: 'object', propertyNames: freeName, additionalProperties: rule.schema },
    check(value, path) {
      if (!isObject(value)) return { path, what: `expected an object, each value ${rule.expected}` };
      return firstFault(
        Object.entries(value).map(([name, member]) => () => {
          const place = [...path, name];
          return isFreeName(name)
            ? rule.check(member, place)
            : { path: place, what: 'is a name that no member may have' };
        }),
      );
    },
  };
}

/** The first of the rules that the value fits. */
export function anyOf<A, B>(first: Rule<A>, second: Rule<B>): Rule<A | B> {
  const expected = `${first.expected}, or ${second.expected}`;
  return {
    expected,
    schema: { anyOf: [first.schema, second.schema] },
    check(value, path) {
      const faults = [first.check(value, path), second.check(value, path)];
      if (faults.includes(undefined)) return undefined;
      // A fault inside says more than that nothing fits.
      const inside = faults.find((fault) => fault !== undefined && fault.path.length > path.length);
      return inside ?? { path, what: `expected ${expected}` };
    },
  };
}

type Members = Readonly<Record<string, Member<unknown, boolean>>>;
type ObjectOf<M extends Members> = {
  readonly [Name in keyof M as M[Name]['optional'] extends true ? never : Name]: Described<M[Name]['rule']>;
} & {
  readonly [Name in keyof M as M[Name]['optional'] extends true ? Name : never]?: Described<M[Name]['rule']>;
};

/** A member that has to be there. */
export function required<Value>(sentence: string, rule: Rule<Value>): Member<Value, false> {
  return { sentence, rule, optional: false };
}

/** A member that may be left out. */
export function optional<Value>(sentence: string, rule: Rule<Value>): Member<Value, true> {
  return { sentence, rule, optional: true };
}

/** An object of these members and no others. */
export function objectOf<M extends Members>(members: M): Rule<ObjectOf<M>> {
  const names = Object.keys(members);
  const needed = names.filter((name) => members[name]?.optional === false);
  return {
    expected: 'an object',
    schema: {
      type: 'object',
      additionalProperties: false,
      ...(needed.length === 0 ? {} : { required: needed }),
      properties: Object.fromEntries(
        Object.entries(members).map(([name, { sentence, rule }]) => [
          name,
          { description: sentence, ...rule.schema },
        ]),
      ),
    },
    check(value, path) {
      if (!isObject(value)) return { path, what: 'expected an object' };
      const unknown = Object.keys(value).find((name) => !Object.hasOwn(members, name));
      if (unknown !== undefined) {
        const nearest = suggestion(unknown, names);
        const what = `is not a member${nearest === '' ? `; expected one of ${names.join(', ')}` : nearest}`;
        return { path: [...path, unknown], what };
      }
      const missing = needed.find((name) => !Object.hasOwn(value, name));
      if (missing !== undefined) {
        return { path, what: `has no ${missing}; expected ${members[missing]?.rule.expected}` };
      }
      return firstFault(
        Object.entries(value).map(
          ([name, member]) =>
            () =>
              members[name]?.rule.check(member, [...path, name]),
        ),
      );
    },
  };
}

function firstFault(checks: readonly (() => Fault | undefined)[]): Fault | undefined {
  for (const check of checks) {
    const fault = check();
    if (fault !== undefined) return fault;
  }
  return undefined;
}

function suggestion(typed: string, known: readonly string[]): string {
  const nearest = nearestNames(typed, known);
  return nearest.length === 0 ? '' : `; did you mean ${nearest.join(' or ')}?`;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
