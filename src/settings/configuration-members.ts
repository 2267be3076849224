import { nearestNames } from '../ground/nearest-names.ts';
import { FORBIDDEN_NAMES, type Shape } from './configuration-shape.ts';

/**
 * Makes the error for a member at a path: the file, the line and the key are put before what is said, and the line
 * before the hint, which is to mend it unless another is given.
 */
export type Problem = (path: readonly string[], what: string, hint?: string) => Promise<Error>;

/** Gives the members of a JSON object, each checked against its shape; throws what `problem` makes of the first wrong one. */
export async function readMembers(
  value: Readonly<Record<string, unknown>>,
  shapes: ReadonlyMap<string, Shape>,
  path: readonly string[],
  problem: Problem,
): Promise<Record<string, unknown>> {
  const result: Record<string, unknown> = {};
  for (const [key, member] of Object.entries(value)) {
    const shape = shapes.get(key);
    if (shape === undefined || FORBIDDEN_NAMES.has(key)) {
      throw await unknownKey(
        key,
        [...shapes.keys(), ...(path.length === 0 ? ['providers'] : [])],
        path,
        problem,
      );
    }
    result[key] = await readMember(member, shape, [...path, key], problem);
  }
  return result;
}

async function readMember(
  value: unknown,
  shape: Shape,
  path: readonly string[],
  problem: Problem,
): Promise<unknown> {
  if (shape.kind === 'shared') {
    const fault = shape.rule().check(value, path);
    if (fault !== undefined) throw await problem(fault.path.map(String), fault.what);
    return value;
  }
  if (shape.kind === 'text') {
    if (typeof value === 'string' && shape.accepts(value)) return value;
  } else if (shape.kind === 'list') {
    if (Array.isArray(value) && value.every((item) => typeof item === 'string' && shape.accepts(item))) {
      return [...value];
    }
  } else if (isJsonObject(value)) {
    for (const [key, member] of Object.entries(value)) {
      if (FORBIDDEN_NAMES.has(key) || (shape.keys !== undefined && !shape.keys.includes(key))) {
        throw await unknownKey(key, shape.keys ?? ['any other'], path, problem);
      }
      if (member === null && shape.nullable?.includes(key)) continue;
      if (typeof member !== 'string' || !shape.accepts(member, key)) {
        throw await problem([...path, key], `expected ${shape.expected}`);
      }
    }
    return { ...value };
  } else {
    throw await problem(path, 'expected an object of texts');
  }
  const choices = shape.kind === 'text' ? (shape.choices ?? []) : [];
  const nearest = typeof value === 'string' ? nearestNames(value, choices) : [];
  throw await problem(path, `expected ${shape.expected}${suggestion(nearest)}`);
}

async function unknownKey(
  key: string,
  known: readonly string[],
  path: readonly string[],
  problem: Problem,
): Promise<Error> {
  // The name of the entry is the one that `setup` takes.
  if (key === 'client_secret') {
    const name = path.at(-1) ?? 'NAME';
    return problem([...path, key], 'never stands in this file', `seal it with oauth-login setup ${name}`);
  }
  const nearest = nearestNames(key, known);
  const expected = nearest.length === 0 ? `; expected one of ${known.join(', ')}` : suggestion(nearest);
  return problem([...path, key], `is not a key${expected}`);
}

function suggestion(nearest: readonly string[]): string {
  return nearest.length === 0 ? '' : `; did you mean ${nearest.join(' or ')}?`;
}

/** Whether a JSON value is an object. */
export function isJsonObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
