import { readFileSync } from 'node:fs';

type Schema = Readonly<Record<string, unknown>>;

/** Words that say nothing about what is valid. */
const annotations = new Set(['$schema', '$defs', 'title', 'description']);

/**
 * Tells whether a JSON Schema accepts a value; knows the few keywords that the schemas of this program use,
 * and throws for any other.
 *
 * @see [JSON Schema Validation 2020-12](https://json-schema.org/draft/2020-12/json-schema-validation)
 */
export function isAccepted(value: unknown, schema: Schema, root: Schema = schema): boolean {
  return Object.entries(schema).every(([keyword, rule]) => {
    if (annotations.has(keyword)) {
      return true;
    }
    const check = keywords[keyword];
    if (check === undefined) {
      throw new Error(`the keyword ${keyword} is not known here`);
    }
    return check(value, rule, schema, root);
  });
}

type Keyword = (value: unknown, rule: unknown, schema: Schema, root: Schema) => boolean;

const keywords: Readonly<Record<string, Keyword>> = {
  $ref(value, rule, _, root) {
    const [file = '', path = ''] = String(rule).split('#');
    const whole = file === '' ? root : schemaFile(file);
    return isAccepted(value, resolve(`#${path}`, whole), whole);
  },
  type: (value, rule) =>
    [rule]
      .flat()
      .some((type) =>
        type === 'integer'
          ? Number.isInteger(value)
          : type === (Array.isArray(value) ? 'array' : value === null ? 'null' : typeof value),
      ),
  const: (value, rule) => value === rule,
  anyOf: (value, rule, _, root) =>
    Array.isArray(rule) && rule.some((one) => isAccepted(value, schemaIn(one), root)),
  allOf: (value, rule, _, root) =>
    Array.isArray(rule) && rule.every((one) => isAccepted(value, schemaIn(one), root)),
  required: (value, rule) =>
    !isObject(value) || (Array.isArray(rule) && rule.every((name) => Object.hasOwn(value, String(name)))),
  minimum: (value, rule) => typeof value !== 'number' || value >= Number(rule),
  maximum: (value, rule) => typeof value !== 'number' || value <= Number(rule),
  enum: (value, rule) => Array.isArray(rule) && rule.includes(value),
  not: (value, rule, _, root) => !isAccepted(value, schemaIn(rule), root),
  pattern: (value, rule) => typeof value !== 'string' || new RegExp(String(rule), 'u').test(value),
  items: (value, rule, _, root) =>
    !Array.isArray(value) || value.every((item) => isAccepted(item, schemaIn(rule), root)),
  properties: (value, rule, _, root) =>
    membersOf(value).every(([name, member]) => {
      const own = Object.hasOwn(schemaIn(rule), name) ? schemaIn(rule)[name] : undefined;
      return own === undefined || isAccepted(member, schemaIn(own), root);
    }),
  propertyNames: (value, rule, _, root) =>
    membersOf(value).every(([name]) => isAccepted(name, schemaIn(rule), root)),
  additionalProperties: (value, rule, schema, root) => {
    const known = schema.properties === undefined ? {} : schemaIn(schema.properties);
    const others = membersOf(value).filter(([name]) => !Object.hasOwn(known, name));
    return others.every(([, member]) => rule !== false && isAccepted(member, schemaIn(rule), root));
  },
};

/** A schema that lies beside the others. */
function schemaFile(name: string): Schema {
  return JSON.parse(readFileSync(new URL(`../../schema/${name}`, import.meta.url), 'utf8'));
}

function resolve(reference: string, root: Schema): Schema {
  const path = reference.replace(/^#\//, '').split('/');
  return path.reduce<Schema>((schema, name) => schemaIn(schema[name]), root);
}

function schemaIn(value: unknown): Schema {
  if (typeof value !== 'object' || value === null) {
    throw new Error('a schema has to be an object');
  }
  return { ...value };
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function membersOf(value: unknown): [string, unknown][] {
  return isObject(value) ? Object.entries(value) : [];
}
