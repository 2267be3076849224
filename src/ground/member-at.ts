/** Gives the value at a path such as `data.0.id`. Only own members are followed, so no name reaches what objects inherit. */
export function memberAt(document: object, path: string): unknown {
  let value: unknown = document;
  for (const name of path.split('.')) {
    if (typeof value !== 'object' || value === null) {
      return undefined;
    }
    value = Object.getOwnPropertyDescriptor(value, name)?.value;
  }
  return value;
}
