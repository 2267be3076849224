import { type Described, firstFault, isObject, type Rule, suggestion } from './description.ts';

/** A member of an object, with the sentence that editors show for it. */
export interface Member<Value, Optional extends boolean> {
  readonly sentence: string;
  readonly rule: Rule<Value>;
  readonly optional: Optional;
}

/** A name that the document chooses must not be one that every object has, like `__proto__`. */
const freeName = { not: { enum: ['__proto__', 'constructor', 'prototype'] } };
const isFreeName = (name: string) => !freeName.not.enum.includes(name);

/** An object of such values under names that the document chooses; `names` says what a name has to be besides. */
export function namedValues<Value>(
  rule: Rule<Value>,
  names?: Rule<string>,
): Rule<Readonly<Record<string, Value>>> {
  const propertyNames = names === undefined ? freeName : { allOf: [freeName, names.schema] };
  return {
    expected: `an object, each value ${rule.expected}`,
    schema: { type: 'object', propertyNames, additionalProperties: rule.schema },
    check(value, path) {
      if (!isObject(value)) {
        return { path, what: `expected an object, each value ${rule.expected}` };
      }
      return firstFault(
        Object.entries(value).map(([name, member]) => () => {
          const here = [...path, name];
          if (!isFreeName(name)) {
            return { path: here, what: 'is not allowed as the name of a key' };
          }
          return names?.check(name, here) ?? rule.check(member, here);
        }),
      );
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
      if (!isObject(value)) {
        return { path, what: 'expected an object' };
      }
      const unknown = Object.keys(value).find((name) => !Object.hasOwn(members, name));
      if (unknown !== undefined) {
        const nearest = suggestion(unknown, names);
        const what = `is not a key${nearest === '' ? `; expected one of ${names.join(', ')}` : nearest}`;
        return { path: [...path, unknown], what, isUnknownName: true };
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
