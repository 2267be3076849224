/** One challenge of a `WWW-Authenticate` field: what a resource wants to see before it answers. */
export interface AuthenticationChallenge {
  /** In small letters, such as `bearer`. */
  readonly scheme: string;
  /** By their names in small letters; one that came twice in this challenge is left out, since nobody knows which counts. */
  readonly parameters: ReadonlyMap<string, string>;
}

/** No server sends more; the rest of the field is not read. */
const MOST_CHALLENGES = 32;
const LONGEST_FIELD = 16_384;

const SEPARATOR = /[\s,]*/y;
const NAME = /[!#$%&'*+.^_`|~0-9A-Za-z-]+/y;
const EQUALS = /[ \t]*=[ \t]*/y;
const QUOTED = /"((?:[^"\\]|\\.)*)"/y;
/** Deviation: an address without quotes is read too, up to the next comma or space. */
const UNQUOTED = /[^\s,"]+/y;
const TOKEN68 = /[ \t]+[A-Za-z0-9._~+/-]+=*(?=\s*(?:,|$))/y;
const UP_TO_COMMA = /[^,]*/y;

/**
 * Reads the challenges of a `WWW-Authenticate` field, of which several may stand behind one another, with or without
 * parameters. What cannot be read is passed over; a quotation that does not end takes the rest of the field with it.
 *
 * @see [RFC 9110 §11.6.1](https://www.rfc-editor.org/rfc/rfc9110.html#section-11.6.1)
 */
export function readAuthenticationChallenges(field: string): readonly AuthenticationChallenge[] {
  const text = field.slice(0, LONGEST_FIELD);
  const challenges: { scheme: string; parameters: Map<string, string>; repeated: Set<string> }[] = [];
  let at = 0;
  const take = (pattern: RegExp): RegExpExecArray | undefined => {
    pattern.lastIndex = at;
    const found = pattern.exec(text) ?? undefined;
    at += found?.[0].length ?? 0;
    return found;
  };
  while (at < text.length) {
    take(SEPARATOR);
    const name = take(NAME)?.[0].toLowerCase();
    if (name === undefined) {
      at += 1;
      take(UP_TO_COMMA);
      continue;
    }
    if (take(EQUALS) === undefined) {
      if (challenges.length === MOST_CHALLENGES) {
        break;
      }
      challenges.push({ scheme: name, parameters: new Map(), repeated: new Set() });
      take(TOKEN68);
      continue;
    }
    const isQuoted = text[at] === '"';
    const found = isQuoted ? take(QUOTED)?.[1]?.replaceAll(/\\(.)/g, '$1') : (take(UNQUOTED)?.[0] ?? '');
    if (found === undefined) {
      break;
    }
    const current = challenges.at(-1);
    if (current?.parameters.has(name)) {
      current.repeated.add(name);
    }
    current?.parameters.set(name, found);
  }
  return challenges.map(({ scheme, parameters, repeated }) => ({
    scheme,
    parameters: new Map([...parameters].filter(([name]) => !repeated.has(name))),
  }));
}
