import { UsageError } from '../ground/errors.ts';
import { shellQuoted } from '../ground/file-system-words.ts';
import { isPlainSegment, normalSegment } from './path-segment.ts';

/** Requests that may pass: of these methods, to the paths that the pattern stands for. */
export interface AllowRule {
  /** In capitals; absent: every method. */
  readonly methods?: ReadonlySet<string>;
  /** The segments of the path, of which `*` stands for one and `**`, at the end, for one or more. */
  readonly segments: readonly string[];
}

const METHODS = /^(?:\*|[A-Za-z]+(?:,[A-Za-z]+)*)$/;
const PATH = /^\/[\x21-\x7e]*$/;
const ONE = '*';
const REST = '**';

/**
 * Reads a rule such as `GET,POST /repos/**`. Throws a `UsageError` for one that cannot mean what it says.
 */
export function readAllowRule(text: string): AllowRule {
  const [methods = '', path = '', ...more] = text.trim().split(/\s+/);
  if (!METHODS.test(methods) || !PATH.test(path) || more.length > 0) {
    throw invalidRule(
      text,
      'is not a rule',
      "give the methods and a path, for example --allow 'GET /repos/**'",
    );
  }
  if (/[?#]/.test(path)) {
    throw invalidRule(text, 'has a query', 'leave the query out: a rule allows every query of its path');
  }
  const segments = path.slice(1).split('/');
  for (const [index, segment] of segments.entries()) {
    if (segment === REST ? index < segments.length - 1 : segment !== ONE && segment.includes(ONE)) {
      throw invalidRule(
        text,
        'has an asterisk in the wrong place',
        '* stands for one whole part of a path, and ** for the rest of it, at the end',
      );
    }
    if (
      /^(?:\.|%2e){1,2}$/i.test(segment) ||
      (segment === '' && segments.length > 1 && index < segments.length - 1)
    ) {
      throw invalidRule(text, 'has an empty part or one of dots', 'no request with such a path is passed on');
    }
  }
  const isAny = methods === '*';
  return {
    segments: segments.map(normalSegment),
    ...(isAny ? {} : { methods: new Set(methods.toUpperCase().split(',')) }),
  };
}

/**
 * Whether one of the rules allows the request. A rule for GET allows HEAD too, which shows less.
 *
 * The path is compared part by part, as it is sent, with upper and lower case apart. A wildcard stands only for parts
 * that no server can read as something else: encoded slashes, dots and the like have to stand in the rule themselves.
 */
export function isAllowed(rules: readonly AllowRule[], method: string, pathname: string): boolean {
  const segments = pathname.slice(1).split('/').map(normalSegment);
  return rules.some((rule) => allowsMethod(rule, method) && fits(rule.segments, segments));
}

function allowsMethod({ methods }: AllowRule, method: string): boolean {
  return methods === undefined || methods.has(method) || (method === 'HEAD' && methods.has('GET'));
}

function fits(pattern: readonly string[], segments: readonly string[]): boolean {
  const isOpen = pattern.at(-1) === REST;
  const fixed = isOpen ? pattern.slice(0, -1) : pattern;
  const rest = segments.slice(fixed.length);
  const isBelow = rest.length > 0 && (rest[0] !== '' || fixed.length === 0);
  if (isOpen ? !isBelow : rest.length > 0) {
    return false;
  }
  const isRestPlain = rest.every(
    (segment, index) => isPlainSegment(segment) || (segment === '' && index === rest.length - 1),
  );
  return (
    isRestPlain &&
    fixed.every((part, index) => {
      const segment = segments[index];
      return segment !== undefined && (part === ONE ? isPlainSegment(segment) : part === segment);
    })
  );
}

function invalidRule(text: string, fault: string, hint: string): UsageError {
  return new UsageError('usage_invalid', `--allow ${shellQuoted(text)} ${fault}`, { hint });
}
