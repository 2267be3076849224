import { plainObject } from './plain-json.ts';
import { Secret } from './secret.ts';

/** Reads one member of a record from a file; gives `undefined` where the value is not of its kind. */
export type Field<Value> = (value: unknown) => Value | undefined;

/** A member that may be left out. */
export interface OptionalField<Value> {
  readonly optional: Field<Value>;
}

/** The type of what the field reads. */
export type ValueOf<F> = F extends Field<infer Value> ? Value : never;

type Fields = Readonly<Record<string, Field<unknown> | OptionalField<unknown>>>;

/** The type of the record that these members describe. */
type RecordOf<Members extends Fields> = {
  readonly [Name in keyof Members as Members[Name] extends Field<unknown> ? Name : never]: ValueOf<
    Members[Name]
  >;
} & {
  readonly [Name in keyof Members as Members[Name] extends OptionalField<unknown>
    ? Name
    : never]?: Members[Name] extends OptionalField<infer Value> ? Value : never;
};

/** A string. */
export const text: Field<string> = (value) => (typeof value === 'string' ? value : undefined);

/** A string that does not print. */
export const secret: Field<Secret> = (value) => (typeof value === 'string' ? new Secret(value) : undefined);

/** A list of strings. */
export const texts: Field<readonly string[]> = (value) =>
  Array.isArray(value) && value.every((item) => typeof item === 'string') ? [...value] : undefined;

/** An instant as ISO 8601 writes it. */
export const instant: Field<string> = (value) =>
  typeof value === 'string' && !Number.isNaN(Date.parse(value)) ? value : undefined;

/** `true` or `false`. */
export const flag: Field<boolean> = (value) => (typeof value === 'boolean' ? value : undefined);

/** A member that is `true` or left out. */
export const mark: OptionalField<true> = { optional: (value) => (value === true ? value : undefined) };

/** An object whose members are not looked at. */
export const anyObject: Field<Readonly<Record<string, unknown>>> = (value) => {
  const members = plainObject(value);
  return members === undefined ? undefined : { ...members };
};

/** A member that may be left out. */
export function optional<Value>(field: Field<Value>): OptionalField<Value> {
  return { optional: field };
}

/** One of these texts. */
export function oneOf<const Value extends string>(...values: readonly Value[]): Field<Value> {
  return (value) => values.find((one) => one === value);
}

/** The first of these kinds that the value is of. */
export function either<Value>(...fields: readonly Field<Value>[]): Field<Value> {
  return (value) => {
    for (const field of fields) {
      const read = field(value);
      if (read !== undefined) {
        return read;
      }
    }
    return undefined;
  };
}

/** A fresh object of these members, in this order, without what does not belong there. */
export function record<const Members extends Fields>(members: Members): Field<RecordOf<Members>> {
  const described = Object.entries(members);
  return (value) => {
    const given = plainObject(value);
    if (given === undefined) {
      return undefined;
    }
    const found: Record<string, unknown> = {};
    for (const [name, field] of described) {
      const isOptional = typeof field !== 'function';
      if (isOptional && given[name] === undefined) {
        continue;
      }
      const read = isOptional ? field.optional(given[name]) : field(given[name]);
      if (read === undefined) {
        return undefined;
      }
      found[name] = read;
    }
    return found as RecordOf<Members>;
  };
}
