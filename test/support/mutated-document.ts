import fc from 'fast-check';

/** Values that a careless reader does not expect anywhere. */
const strange: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(
    ...[
      null,
      true,
      false,
      0,
      -1,
      1e308,
      2 ** 53,
      0.5,
      '',
      ' ',
      [],
      {},
      [null],
      [[]],
      '0',
      'https://',
      '//',
      'a b',
    ],
    ...[
      '\u0000',
      '\u001b[2J\u001b]0;x\u0007',
      '\r\n::set-output::x',
      '\u202egnp',
      '\ud800',
      '\ufeff',
      'é',
      '{}',
      '%',
    ],
    ...[
      '__proto__',
      'http://127.0.0.1:1/',
      'https://a:b@c.example/#d',
      `https://${'a'.repeat(3000)}.example/`,
    ],
  ),
  fc.string(),
  fc.double(),
  fc.jsonValue({ maxDepth: 2 }),
  fc.integer({ min: 1_000, max: 20_000 }).map(deep),
  fc.integer({ min: 1, max: 70_000 }).map((length) => 'x'.repeat(length)),
);

/** A list in a list in a list, so many times: `JSON.stringify` and all that recurses fails at some thousands. */
export function deep(levels: number): unknown {
  return JSON.parse(`${'['.repeat(levels)}${']'.repeat(levels)}`);
}

/**
 * Gives the JSON text of a valid document with some of its members, at any depth, replaced, removed, renamed or joined
 * by others, and now and then with the text itself cut off, spoilt or led by a byte order mark.
 */
export function mutatedDocument(valid: unknown): fc.Arbitrary<string> {
  const places = placesIn(valid);
  const step = fc.record({
    place: fc.constantFrom(...places),
    kind: fc.constantFrom('replace', 'replace', 'replace', 'remove', 'add', 'rename'),
    value: strange,
    name: fc.oneof(
      fc.constantFrom(
        '__proto__',
        'constructor',
        'toString',
        'error',
        'code',
        '',
        '\u202e',
        '\u009b2J',
        '\u2028',
      ),
      fc.string(),
    ),
  });
  const mutated = fc
    .tuple(fc.array(step, { minLength: 1, maxLength: 4 }), fc.option(spoiling, { freq: 6 }))
    .map(([steps, spoil]) => {
      const text = steps.reduce(applyStep, textOf(valid));
      return spoil === null ? text : spoil(text);
    });
  // Some stay as they are, which shows that the reader was reached.
  return fc.oneof({ weight: 7, arbitrary: mutated }, { weight: 3, arbitrary: fc.constant(textOf(valid)) });
}

/** What spoils any text. */
const spoiling: fc.Arbitrary<(text: string) => string> = fc.oneof(
  fc
    .double({ min: 0, max: 1, noNaN: true })
    .map((part) => (text: string) => text.slice(0, text.length * part)),
  fc.tuple(fc.nat(), fc.string({ minLength: 1, unit: 'binary' })).map(([at, more]) => (text: string) => {
    const index = at % (text.length + 1);
    return text.slice(0, index) + more + text.slice(index + 1);
  }),
  fc.constantFrom<(text: string) => string>(
    (text) => `\ufeff${text}`,
    (text) => `[${text}]`,
    (text) => `${text}${text}`,
    (text) => `${'['.repeat(9_000)}${text}`,
    () => '',
    () => 'null',
    () => '"\u001b[2J"',
  ),
);

/** A text that is no JSON, such as a key file, with some of its characters replaced, removed or joined by others. */
export function mutatedText(valid: string): fc.Arbitrary<string> {
  return fc
    .array(spoiling, { minLength: 1, maxLength: 3 })
    .map((spoils) => spoils.reduce((text, spoil) => spoil(text), valid));
}

type Place = readonly string[];

interface Step {
  readonly place: Place;
  readonly kind: string;
  readonly value: unknown;
  readonly name: string;
}

function placesIn(value: unknown, above: Place = []): Place[] {
  if (typeof value !== 'object' || value === null) {
    return [];
  }
  return Object.entries(value).flatMap(([name, member]) => {
    const place = [...above, name];
    return [place, ...placesIn(member, place)];
  });
}

function applyStep(text: string, { place, kind, value, name }: Step): string {
  const document: unknown = JSON.parse(text);
  const last = place.at(-1) ?? '';
  const parent = place.slice(0, -1).reduce<unknown>((one, key) => Object(one)[key], document);
  if (typeof parent !== 'object' || parent === null) {
    return text;
  }
  const set = (key: string, member: unknown) => {
    // The length of an array is no member of the text, and cannot be defined anew.
    if (!(Array.isArray(parent) && key === 'length')) {
      const how = { enumerable: true, configurable: true, writable: true };
      Object.defineProperty(parent, key, { value: member, ...how });
    }
  };
  if (kind === 'replace') {
    set(last, value);
  } else if (kind === 'add') {
    set(name, value);
  } else {
    const before: unknown = Reflect.get(parent, last);
    Reflect.deleteProperty(parent, last);
    if (kind === 'rename') {
      set(name, before);
    }
  }
  return textOf(document);
}

/** The text of a value that may nest deeper than `JSON.stringify` can go. */
function textOf(value: unknown): string {
  try {
    return JSON.stringify(value) ?? 'null';
  } catch {
    const placeholder = '"(deep)"';
    const levels = 9_000;
    const flat = JSON.stringify(value, (_name, member: unknown) =>
      Array.isArray(member) && depthOf(member) > 500 ? '(deep)' : member,
    );
    return flat.replaceAll(placeholder, `${'['.repeat(levels)}${']'.repeat(levels)}`);
  }
}

function depthOf(value: unknown): number {
  let depth = 0;
  for (let inner = value; Array.isArray(inner); inner = inner[0]) {
    depth += 1;
  }
  return depth;
}
