import { UsageError } from '../ground/errors.ts';
import { nearestNames } from '../ground/nearest-names.ts';
import {
  anyObject,
  type Field,
  flag as readFlag,
  oneOf as readOneOf,
  text as readText,
  texts as readTexts,
} from '../ground/stored-record.ts';

/** A kind of option: what it takes, in words, and how it is read; a value that may change later is copied. */
interface Kind<Value> {
  readonly takes: string;
  readonly read: Field<Value>;
}

type Kinds = Readonly<Record<string, Kind<unknown>>>;

/** The options that these kinds describe, each of which may be absent. */
export type OptionsOf<K extends Kinds> = {
  readonly [Name in keyof K]?: K[Name] extends Kind<infer Value> ? Value : never;
};

/** A text that is not empty. */
export const text: Kind<string> = {
  takes: 'a text that is not empty',
  read: (value) => (value === '' ? undefined : readText(value)),
};

/** A list of texts. */
export const texts: Kind<readonly string[]> = { takes: 'a list of texts', read: readTexts };

/** `true` or `false`. */
export const flag: Kind<boolean> = { takes: 'true or false', read: readFlag };

/** A function. */
export const callback: Kind<(value: unknown) => unknown> = {
  takes: 'a function',
  read: (value) => (typeof value === 'function' ? (value as (value: unknown) => unknown) : undefined),
};

/** A signal that stops a call; those of other libraries have no more than this. */
export const signal: Kind<AbortSignal> = {
  takes: 'an AbortSignal',
  read: (value) => (isSignal(value) ? value : undefined),
};

/** An object whose members are texts. */
export const textMembers: Kind<Readonly<Record<string, string>>> = {
  takes: 'an object whose members are texts',
  read: (value) => {
    const members = anyObject(value);
    const isText =
      members !== undefined && Object.values(members).every((member) => readText(member) === member);
    return isText ? (members as Readonly<Record<string, string>>) : undefined;
  },
};

/** A number of seconds within these bounds. */
export function seconds(least: number, most: number): Kind<number> {
  return {
    takes: `a whole number of seconds from ${least} to ${most}`,
    read: (value) =>
      Number.isInteger(value) && Number(value) >= least && Number(value) <= most ? Number(value) : undefined,
  };
}

/** One of these texts. */
export function oneOf<const Value extends string>(...values: readonly Value[]): Kind<Value> {
  return { takes: values.map((value) => JSON.stringify(value)).join(' or '), read: readOneOf(...values) };
}

/**
 * Reads the options of a call, each once: what an object answers later does not count. Members that it inherits do not
 * count either: what was put into the prototype of all objects is no option. The result inherits
 * nothing. An option that is `undefined` counts as absent.
 *
 * Throws a `UsageError` for an unknown name and for a value of another kind, and what reading the object throws.
 */
export function readOptions<const K extends Kinds>(call: string, given: unknown, kinds: K): OptionsOf<K> {
  const read: Record<string, unknown> = Object.create(null);
  if (given === undefined) {
    return read as OptionsOf<K>;
  }
  if (typeof given !== 'object' || given === null) {
    throw wrong(`the options of ${call} are not an object`, `for example { ${Object.keys(kinds)[0]}: … }`);
  }
  for (const name of Object.keys(given)) {
    const kind = Object.hasOwn(kinds, name) ? kinds[name] : undefined;
    if (kind === undefined) {
      const near = nearestNames(name, Object.keys(kinds))[0];
      const list = `the options are ${Object.keys(kinds).join(', ')}`;
      throw wrong(
        `${call} has no option ${JSON.stringify(name)}`,
        near === undefined ? list : `did you mean ${near}?`,
      );
    }
    const value: unknown = Reflect.get(given, name);
    if (value === undefined) {
      continue;
    }
    read[name] = kind.read(value);
    if (read[name] === undefined) {
      throw wrong(`the option ${name} of ${call} takes ${kind.takes}`, 'correct it, or leave it out');
    }
  }
  return read as OptionsOf<K>;
}

function isSignal(value: unknown): value is AbortSignal {
  return (
    typeof value === 'object' &&
    value !== null &&
    'aborted' in value &&
    'addEventListener' in value &&
    typeof value.addEventListener === 'function'
  );
}

function wrong(message: string, hint: string): UsageError {
  return new UsageError('usage_invalid', message, { hint });
}
