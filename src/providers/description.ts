import { nearestNames } from '../ground/nearest-names.ts';

/** A JSON Schema, as far as this program writes one (draft 2020-12). */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** What is wrong with a document: where, and what is expected there. */
export interface Fault {
  readonly path: readonly (string | number)[];
  /** A clause such as `expected an https URL` or `is not a key; did you mean label?`. */
  readonly what: string;
  /** The name at the end of the path is none that is known there. */
  readonly isUnknownName?: true;
}

/** The rule for a value of a JSON document. The check, the JSON Schema and the TypeScript type are made from it. */
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
  const names = choices.map((choice) => JSON.stringify(choice));
  const expected = [names.slice(0, -1).join(', '), ...names.slice(-1)].filter(Boolean).join(' or ');
  return {
    expected,
    schema: { enum: choices },
    check(value, path) {
      if (choices.some((choice) => choice === value)) {
        return undefined;
      }
      return { path, what: `expected ${expected}${suggestion(value, choices)}` };
    },
  };
}

/** `true`, and nothing else: a member that would be `false` is left out. */
export const onlyTrue: Rule<true> = {
  expected: 'true, or the key left out',
  schema: { const: true },
  check: (value, path) => (value === true ? undefined : { path, what: 'expected true, or the key left out' }),
};

/** `true` or `false`. */
export const trueOrFalse: Rule<boolean> = {
  expected: 'true or false',
  schema: { type: 'boolean' },
  check: (value, path) =>
    typeof value === 'boolean' ? undefined : { path, what: `expected ${trueOrFalse.expected}` },
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

/** The first of the rules that the value fits. */
export function anyOf<A, B>(first: Rule<A>, second: Rule<B>): Rule<A | B> {
  const expected = `${first.expected}, or ${second.expected}`;
  return {
    expected,
    schema: { anyOf: [first.schema, second.schema] },
    check(value, path) {
      const faults = [first.check(value, path), second.check(value, path)];
      if (faults.includes(undefined)) {
        return undefined;
      }
      // A fault inside says more than that nothing fits.
      const inside = faults.find((fault) => fault !== undefined && fault.path.length > path.length);
      return inside ?? { path, what: `expected ${expected}` };
    },
  };
}

/** `null`, and nothing else. */
export const nullValue: Rule<null> = {
  expected: 'null',
  schema: { type: 'null' },
  check: (value, path) => (value === null ? undefined : { path, what: 'expected null' }),
};

/**
 * The same rule with a further check that a JSON Schema cannot express; `choices` are suggestions for a wrong text.
 */
export function narrowed<Value>(
  rule: Rule<Value>,
  accepts: (value: Value) => boolean,
  choices: () => readonly string[] = () => [],
): Rule<Value> {
  // A rule without a fault is the proof of the type.
  const isOfType = (value: unknown, path: Fault['path']): value is Value =>
    rule.check(value, path) === undefined;
  return {
    expected: rule.expected,
    schema: rule.schema,
    check(value, path) {
      if (isOfType(value, path) && accepts(value)) {
        return undefined;
      }
      return { path, what: `expected ${rule.expected}${suggestion(value, choices())}` };
    },
  };
}

/** The same rule, whose schema stands in another document. */
export function published<Value>(rule: Rule<Value>, reference: string): Rule<Value> {
  return { ...rule, schema: { $ref: reference } };
}

/** Gives the first fault of the checks. */
export function firstFault(checks: readonly (() => Fault | undefined)[]): Fault | undefined {
  for (const check of checks) {
    const fault = check();
    if (fault !== undefined) {
      return fault;
    }
  }
  return undefined;
}

/** The end of a sentence: `; did you mean …?` where something near is known. */
export function suggestion(typed: unknown, known: readonly string[]): string {
  // Only a text can be mistyped. A value that nests thousands of levels cannot even be written as a text.
  const nearest = typeof typed === 'string' ? nearestNames(typed, known) : [];
  return nearest.length === 0 ? '' : `; did you mean ${nearest.join(' or ')}?`;
}

/** Whether a value of JSON is an object. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
