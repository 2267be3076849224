/** One statement of which every part is an address. */
export interface Statement {
  readonly subject: string;
  readonly predicate: string;
  readonly object: string;
}

/** Nothing in a profile nests deeper. */
const DEEPEST = 30;
/** No profile has more statements; a longer document is none. */
const MOST_STATEMENTS = 5000;
/** With directives and semicolons: what states nothing takes time as well. */
const MOST_TERMS = 3 * MOST_STATEMENTS;
/** Characters of an address; a base and a prefix would make every other one as long. */
const LONGEST_ADDRESS = 2048;
const RDF = 'http://www.w3.org/1999/02/22-rdf-syntax-ns#';

const BLANK = /(?:\s|#[^\n\r]*)*/y;
const IRI = /<([^\p{C}\s<>"{}|^`\\]*)>/uy;
/** The prefix is short, or each term would be searched to the end of the document for its colon. */
const NAME = /([A-Za-z_](?:[\w.-]{0,98}[\w-])?)?:((?:[\w:-]|%[0-9A-Fa-f]{2}|\.(?=[\w:%-]))*)/y;
const DIRECTIVE = /(?:@(?=[pb])|(?=(?:prefix|base)\s))(prefix|base)\b/iy;
const LITERAL =
  /(?:"""(?:"{0,2}(?:[^"\\]|\\.))*"""|'''(?:'{0,2}(?:[^'\\]|\\.))*'''|"(?!"")(?:[^"\\\n\r]|\\.)*"|'(?!'')(?:[^'\\\n\r]|\\.)*')(?:@[A-Za-z]+(?:-[A-Za-z0-9]+)*)?/sy;
const ABSOLUTE = /^[a-z][a-z0-9+.-]*:/i;
const NUMBER = /[+-]?(?:\d+(?:\.\d+)?|\.\d+)(?:[eE][+-]?\d+)?|(?:true|false)\b/y;
const TYPE = /a(?=[\s<[#])/y;
const SIGN = /\^\^|[.;,()[\]]/y;

/** What a term is: an address, or something that is not followed further. */
type Term = string | null;

class Unreadable extends Error {}

/**
 * Reads the statements of a Turtle document whose parts are addresses; the others are passed over. `undefined` for a document
 * that is no Turtle, or is cut off, or is larger than profiles are. It is read in one pass, in a time that grows no faster than
 * the document.
 *
 * @see [RDF 1.1 Turtle §6](https://www.w3.org/TR/turtle/#sec-grammar)
 */
export function readTurtle(text: string, base: string): readonly Statement[] | undefined {
  try {
    return new TurtleReader(text, base).read();
  } catch (error) {
    if (error instanceof Unreadable) {
      return undefined;
    }
    throw error;
  }
}

class TurtleReader {
  readonly #text: string;
  readonly #prefixes = new Map<string, string>();
  readonly #statements: Statement[] = [];
  #base: string;
  #at = 0;
  #depth = 0;
  #terms = 0;

  constructor(text: string, base: string) {
    this.#text = text;
    this.#base = base;
  }

  read(): readonly Statement[] {
    for (this.#skip(); this.#at < this.#text.length; this.#skip()) {
      this.#statementOrDirective();
    }
    return this.#statements;
  }

  #statementOrDirective(): void {
    this.#count();
    const isWithAt = this.#text[this.#at] === '@';
    const kind = this.#take(DIRECTIVE)?.[1]?.toLowerCase();
    if (kind === undefined) {
      const isAnonymous = this.#text[this.#at] === '[';
      const subject = this.#term();
      // A blank node with properties is a whole statement already.
      if (!(isAnonymous && this.#peek() === '.')) {
        this.#properties(subject);
      }
      this.#expect('.');
      return;
    }
    if (kind === 'prefix') {
      this.#skip();
      const [, name = '', rest] = this.#take(NAME) ?? this.#fail();
      this.#prefixes.set(rest === '' ? name : this.#fail(), this.#iri());
    } else {
      this.#base = this.#iri();
    }
    if (isWithAt) {
      this.#expect('.');
    }
  }

  /** Predicates and their objects, up to what ends them. */
  #properties(subject: Term): void {
    for (;;) {
      this.#skip();
      const predicate = this.#take(TYPE) === undefined ? this.#term() : `${RDF}type`;
      do {
        this.#state(subject, predicate, this.#term());
      } while (this.#isNext(','));
      let more = false;
      while (this.#isNext(';')) {
        this.#count();
        more = true;
      }
      if (!more || this.#peek() === '.' || this.#peek() === ']') {
        return;
      }
    }
  }

  #state(subject: Term, predicate: Term, object: Term): void {
    if (subject !== null && predicate !== null && object !== null) {
      if (this.#statements.length === MOST_STATEMENTS) {
        this.#fail();
      }
      this.#statements.push({ subject, predicate, object });
    }
  }

  #count(): void {
    this.#terms += 1;
    if (this.#terms > MOST_TERMS) {
      this.#fail();
    }
  }

  #term(): Term {
    this.#count();
    this.#skip();
    const first = this.#text[this.#at];
    if (first === '<') {
      return this.#iri();
    }
    if (first === '[' || first === '(') {
      return this.#nested(first);
    }
    if (this.#take(LITERAL) !== undefined) {
      if (this.#isNext('^^')) {
        this.#term();
      }
      return null;
    }
    const name = this.#take(NAME);
    if (name === undefined) {
      return this.#take(NUMBER) === undefined ? this.#fail() : null;
    }
    const [, prefix = '', local = ''] = name;
    return prefix === '_' ? null : this.#absolute(`${this.#prefixes.get(prefix) ?? this.#fail()}${local}`);
  }

  #nested(opening: string): null {
    this.#depth += 1;
    if (this.#depth > DEEPEST) {
      this.#fail();
    }
    this.#expect(opening);
    const closing = opening === '[' ? ']' : ')';
    if (opening === '[' && this.#peek() !== closing) {
      this.#properties(null);
    }
    while (opening === '(' && this.#peek() !== closing) {
      this.#term();
    }
    this.#expect(closing);
    this.#depth -= 1;
    return null;
  }

  #iri(): string {
    this.#skip();
    const [, reference = ''] = this.#take(IRI) ?? this.#fail();
    return this.#absolute(reference);
  }

  /** An address stays as it was written: addresses are compared character by character (RDF 1.1 Concepts §3.2). */
  #absolute(reference: string): string {
    if (reference.length > LONGEST_ADDRESS) {
      this.#fail();
    }
    if (ABSOLUTE.test(reference) && URL.canParse(reference)) {
      return reference;
    }
    const address = URL.canParse(reference, this.#base) ? new URL(reference, this.#base).href : this.#fail();
    return address.length > LONGEST_ADDRESS ? this.#fail() : address;
  }

  #expect(sign: string): void {
    if (!this.#isNext(sign)) {
      this.#fail();
    }
  }

  #isNext(sign: string): boolean {
    if (this.#peek() !== sign) {
      return false;
    }
    this.#take(SIGN);
    return true;
  }

  #peek(): string | undefined {
    this.#skip();
    SIGN.lastIndex = this.#at;
    return SIGN.exec(this.#text)?.[0];
  }

  #skip(): void {
    this.#take(BLANK);
  }

  #take(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text) ?? undefined;
    this.#at += found?.[0].length ?? 0;
    return found;
  }

  #fail(): never {
    throw new Unreadable();
  }
}
