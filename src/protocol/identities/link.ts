/** A link that a page makes of itself: in a `Link` field, or in its HTML. */
export interface Link {
  /** In small letters, except for relations that are addresses. */
  readonly relations: readonly string[];
  /** The target as it was written, which may be relative. */
  readonly target: string;
}

/** No page has more links of this kind; the rest is not read. */
const MOST_LINKS = 200;
const LONGEST_FIELD = 16_384;

const SEPARATOR = /[\s,]*/y;
const TARGET = /<([^<>]*)>/y;
const PARAMETER = /\s*;\s*([!#$%&'*+.^_`|~0-9A-Za-z-]+)\s*(?:=\s*(?:"((?:[^"\\]|\\.)*)"|(?!")([^\s;,"]*)))?/y;
const UP_TO_COMMA = /[^,]*/y;

/**
 * Reads the links of a `Link` field. What cannot be read is passed over, and so is a link about another page (`anchor`).
 *
 * @see [RFC 8288 §3](https://www.rfc-editor.org/rfc/rfc8288.html#section-3)
 */
export function readLinkField(field: string): readonly Link[] {
  const text = field.slice(0, LONGEST_FIELD);
  const links: Link[] = [];
  let at = 0;
  const take = (pattern: RegExp): RegExpExecArray | undefined => {
    pattern.lastIndex = at;
    const found = pattern.exec(text) ?? undefined;
    at += found?.[0].length ?? 0;
    return found;
  };
  while (at < text.length && links.length < MOST_LINKS) {
    take(SEPARATOR);
    const target = take(TARGET)?.[1];
    if (target === undefined) {
      at += 1;
      take(UP_TO_COMMA);
      continue;
    }
    const parameters = new Map<string, string>();
    for (let found = take(PARAMETER); found !== undefined; found = take(PARAMETER)) {
      const [, name = '', quoted, plain = ''] = found;
      // The first of each name counts (RFC 8288 §3.3).
      if (!parameters.has(name.toLowerCase())) {
        parameters.set(name.toLowerCase(), quoted?.replaceAll(/\\(.)/g, '$1') ?? plain);
      }
    }
    if (!parameters.has('anchor')) {
      links.push({ relations: relationsOf(parameters.get('rel')), target: target.trim() });
    }
  }
  return links;
}

/** The relation types of a `rel` (RFC 8288 §2.1). */
export function relationsOf(rel: string | undefined): readonly string[] {
  return (rel ?? '')
    .split(/\s+/)
    .filter((relation) => relation !== '')
    .map((relation) => (relation.includes(':') ? relation : relation.toLowerCase()));
}

/** The first target with that relation, as an address of the page at `base`; `undefined` where it is none. */
export function firstTarget(links: readonly Link[], relation: string, base: string): string | undefined {
  const found = links.find(({ relations }) => relations.includes(relation))?.target;
  return found === undefined || !URL.canParse(found, base) ? undefined : new URL(found, base).href;
}
