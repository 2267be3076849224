import { type Link, relationsOf } from './link.ts';

/** No page has more links of this kind; the rest is not read. */
const MOST_LINKS = 200;

/** What a page may hold between two tags without having to be read: comments, declarations, scripts and their like. */
const NEXT_TAG = /<(?:!--|([!?]|\/(?![a-z]))|(\/?[a-z][^\s/>]*))/iy;
const BEFORE_TAG = /[^<]*/y;
const ATTRIBUTE = /[\s/]*([^\s/>=]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>"']+)))?/y;
const END_OF_TAG = /[^>]*>?/y;
/** Elements whose text is no HTML, or is none of the page (HTML §13.2.5). */
const textElements: ReadonlySet<string> = new Set([
  'script',
  'style',
  'textarea',
  'title',
  'template',
  'xmp',
  'iframe',
  'noembed',
  'noframes',
]);
/** Where a comment ends: at once, or at the first of these two (HTML §13.2.5.43 to §13.2.5.52). */
const END_OF_COMMENT = /-?>|.*?--!?>|.*/sy;

const namedReferences: Readonly<Record<string, string>> = {
  amp: '&',
  quot: '"',
  apos: "'",
  lt: '<',
  gt: '>',
};

/**
 * Reads the `<link>` elements with `rel` and `href` of the beginning of an HTML page, in their order, in one pass and
 * without building a tree. An `<a>` does not count: it may stand in what somebody else wrote, such as a comment
 * (IndieAuth §4.1). A page that is no HTML, or is cut off, has the links that can be read.
 *
 * @see [HTML §13.2.5](https://html.spec.whatwg.org/multipage/parsing.html#tokenization)
 */
export function readHtmlLinks(html: string): readonly Link[] {
  const links: Link[] = [];
  let at = 0;
  const take = (pattern: RegExp): RegExpExecArray | undefined => {
    pattern.lastIndex = at;
    const found = pattern.exec(html) ?? undefined;
    at += found?.[0].length ?? 0;
    return found;
  };
  while (at < html.length && links.length < MOST_LINKS) {
    take(BEFORE_TAG);
    const tag = take(NEXT_TAG);
    if (tag === undefined) {
      at += 1;
      continue;
    }
    const name = tag[2]?.toLowerCase();
    if (name === undefined) {
      take(tag[1] === undefined ? END_OF_COMMENT : END_OF_TAG);
      continue;
    }
    const attributes = takeAttributes(take);
    if (take(END_OF_TAG)?.[0].endsWith('>') !== true) {
      break;
    }
    const [rel, href] = [attributes.get('rel'), attributes.get('href')];
    if (name === 'link' && rel !== undefined && href !== undefined) {
      links.push({ relations: relationsOf(rel), target: href.trim() });
    }
    if (name === 'plaintext') {
      break;
    }
    if (textElements.has(name)) {
      at = endOfElement(html, name, at);
    }
  }
  return links;
}

/** The attributes of a tag; the first of each name counts. */
function takeAttributes(take: (pattern: RegExp) => RegExpExecArray | undefined): ReadonlyMap<string, string> {
  const attributes = new Map<string, string>();
  for (let found = take(ATTRIBUTE); found !== undefined; found = take(ATTRIBUTE)) {
    const [, name = '', double, single, plain] = found;
    const value = double ?? single ?? plain ?? '';
    if (!attributes.has(name.toLowerCase())) {
      attributes.set(name.toLowerCase(), withoutReferences(value));
    }
  }
  return attributes;
}

/** Where the text of such an element ends; at the end of the page, where nothing ends it. */
function endOfElement(html: string, name: string, from: number): number {
  const end = new RegExp(`</${name}[\\s/>]`, 'gi');
  end.lastIndex = from;
  return end.exec(html)?.index ?? html.length;
}

/** The value with the character references that addresses have (HTML §13.5). */
function withoutReferences(value: string): string {
  return value.replaceAll(/&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|([a-z]+));/gi, (all, decimal, hex, name) => {
    if (name !== undefined) {
      return namedReferences[name.toLowerCase()] ?? all;
    }
    const code = decimal === undefined ? Number.parseInt(hex, 16) : Number(decimal);
    return code > 0x10_ff_ff ? all : String.fromCodePoint(code);
  });
}
