import { readdirSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const source = fileURLToPath(new URL('../../src', import.meta.url));

/** From top to bottom: a file may import, types included, what is on its own floor or on a floor below. */
const floors: readonly (readonly string[])[] = [
  ['main.ts', 'api.ts', 'quick/'],
  ['program.ts', 'library/'],
  ['commands/'],
  ['demo/', 'doctor/', 'output/', 'setup/'],
  ['credential-helpers/', 'proxy/'],
  ['access/', 'sign-in/'],
  ['accounts/', 'grants/', 'profile/', 'settings/'],
  ['credential/', 'protocol/'],
  ['loopback/', 'providers/', 'secrets/'],
  ['host/'],
  ['adapters/'],
  ['ground/'],
];

/** Only what makes a context, or a part of one, knows the machine and the adapters behind it. */
const belowTheContext = ['host/', 'adapters/'];
const makersOfContexts = ['main.ts', 'library/', 'quick/', 'host/', 'adapters/'];

/** Packages that cost too much to be loaded before they are needed. */
const heavyPackages = ['@clack/prompts', 'jose', 'keytar', 'oauth4webapi', 'oidc-provider', 'open', 'undici'];

const forbidden: readonly { readonly what: string; readonly pattern: RegExp; readonly example: string }[] = [
  { what: 'Math.random (T68)', pattern: /\bMath\s*\.\s*random\b/, example: 'Math.random()' },
  {
    what: 'process.exit',
    pattern: /\bprocess\s*\.\s*(?:exit|reallyExit|abort)\s*\(/,
    example: 'process.exit(1)',
  },
  {
    what: 'console',
    pattern: /\bconsole\s*\.\s*(?:log|error|warn|info|debug|trace|dir|table)\b/,
    example: 'console.log(1)',
  },
  { what: 'a shell (T54)', pattern: /\bshell\s*:(?!\s*false\b)/, example: '{ shell: true }' },
  {
    what: 'exec of a command line (T54)',
    pattern: /(?<![.\w])(?:exec|execSync)\s*\(|child_process['"]\)?\.exec/,
    example: "execSync('ls')",
  },
  { what: 'code from text', pattern: /\beval\s*\(|new\s+Function\s*\(/, example: 'new Function(text)' },
  { what: 'a default export', pattern: /^export\s+default\b/m, example: 'export default 1' },
  { what: 'an import that is not a literal', pattern: /\bimport\s*\(\s*(?!['"])/, example: 'import(name)' },
  { what: 'require', pattern: /(?<![.\w])require\s*\(/, example: "require('x')" },
];

interface Import {
  readonly specifier: string;
  readonly kind: 'static' | 'dynamic' | 'type';
}

interface SourceFile {
  readonly path: string;
  readonly code: string;
  readonly imports: readonly Import[];
}

const files: readonly SourceFile[] = readdirSync(source, { recursive: true, encoding: 'utf8' })
  .map((path) => path.replaceAll('\\', '/'))
  .filter((path) => path.endsWith('.ts') && !path.endsWith('.d.ts'))
  .map((path) => {
    const code = withoutComments(readFileSync(`${source}/${path}`, 'utf8'));
    return { path, code, imports: importsOf(code) };
  });

describe('the data flows one way', () => {
  it('has a floor for every file, and no floor without files', () => {
    expect(files.length).toBeGreaterThan(10);
    // Without relations, none could be wrong.
    for (const kind of ['static', 'dynamic', 'type'] as const) {
      expect(relations([kind]).length).toBeGreaterThan(10);
    }
    expect(files.filter(({ path }) => floorOf(path) === -1).map(({ path }) => path)).toEqual([]);
    const parts = floors.flat();
    expect(parts.filter((part) => !files.some(({ path }) => isIn(part, path)))).toEqual([]);
  });

  it('imports nothing from a floor above, not even a type', () => {
    expect(
      relations(['static', 'dynamic', 'type'])
        .filter(({ from, to }) => floorOf(to) < floorOf(from))
        .map(describeRelation)
        .toSorted(),
    ).toEqual([]);
  });

  it('reaches the machine and the adapters through the context only', () => {
    expect(
      relations(['static', 'dynamic', 'type'])
        .filter(
          ({ from, to }) =>
            belowTheContext.some((part) => isIn(part, to)) &&
            !makersOfContexts.some((part) => isIn(part, from)),
        )
        .map(describeRelation),
    ).toEqual([]);
  });

  it('has no cycle, dynamic imports and types included', () => {
    const graph = new Map(files.map(({ path }) => [path, [] as string[]]));
    for (const { from, to } of relations(['static', 'dynamic', 'type'])) {
      graph.get(from)?.push(to);
    }
    expect(cyclesIn(graph)).toEqual([]);
  });
});

describe('a heavy package loads late', () => {
  it.each(heavyPackages)('%s is never imported statically', (name) => {
    expect(
      files
        .filter(({ imports }) =>
          imports.some(
            ({ specifier, kind }) =>
              kind === 'static' && (specifier === name || specifier.startsWith(`${name}/`)),
          ),
        )
        .map(({ path }) => path),
    ).toEqual([]);
  });
});

describe.each(forbidden)('$what', ({ pattern, example }) => {
  it('stands nowhere in the sources', () => {
    expect(example).toMatch(pattern);
    expect(files.filter(({ code }) => pattern.test(code)).map(({ path }) => path)).toEqual([]);
  });
});

/** Biome knows no difference between a value and a table; a value is a number, a text or a pattern. */
const valueInSmallLetters = /^(?:export )?const [a-z]\w*(?:: [^=\n]+)? = (?:\/|-?\d|'|`|String\.raw)/m;
const tableInCapitals = /^(?:export )?const [A-Z][A-Z\d_]+(?:: [^=\n]+)? = (?:\{|\[|new (?:Set|Map))/m;

describe('the name of a constant at the top of a file', () => {
  it.each([
    { what: 'CONSTANT_CASE for a value', wrong: valueInSmallLetters, example: 'const longest = 64;' },
    { what: 'CONSTANT_CASE for a pattern', wrong: valueInSmallLetters, example: 'export const code = /a/;' },
    { what: 'camelCase for a table', wrong: tableInCapitals, example: 'const CODES: Codes = new Set([1]);' },
  ])('is in $what', ({ wrong, example }) => {
    expect(example).toMatch(wrong);
    expect(files.filter(({ code }) => wrong.test(code)).map(({ path }) => path)).toEqual([]);
  });
});

describe('a docstring', () => {
  it('says in a sentence what a function throws, not in a tag', () => {
    const tag = /^\s*(?:\/\*)?\*\*? @throws/m;
    expect(' * @throws {Error} always').toMatch(tag);
    const tagged = files.filter(({ path }) => tag.test(readFileSync(`${source}/${path}`, 'utf8')));
    expect(tagged.map(({ path }) => path)).toEqual([]);
  });
});

describe('the words of a server', () => {
  /** They give the words to somebody who makes the error, or quote them in a hint that no page shows. */
  const withoutError = [
    'ground/safe-text.ts',
    'grants/token-exchange.ts',
    'protocol/error-reason.ts',
    'protocol/tolerant-fetch.ts',
  ];

  it('are a member of the error that quotes them, so that the page in the browser can leave them out', () => {
    const quoting = files.filter(({ code }) => /\b(?:quoteForeign|reasonText)\(/.test(code));
    expect(quoting.length).toBeGreaterThan(withoutError.length);
    expect(
      quoting
        .filter(({ path, code }) => !withoutError.includes(path) && !/\bserverWords\b/.test(code))
        .map(({ path }) => path),
    ).toEqual([]);
  });
});

/** What writes an Authorization header, or names the scheme of an access token: `credential/` alone does. */
const presentsToken = /\bset\(['"]authorization['"]|\bauthorization: [`'"]|\bBearer \$\{|['"`]Bearer['"`]/;

/** The client authenticates with HTTP Basic (RFC 6749 §2.3.1). */
const authenticatesClient = 'protocol/client-authentication.ts';

describe('an access token', () => {
  it.each([
    "headers.set('authorization', value)",
    'headers: { authorization: `Token 1` }',
    ['`Bearer $', '{token}`'].join(''),
    "type: 'Bearer'",
  ])('is presented by %s', (example) => {
    expect(example).toMatch(presentsToken);
  });

  it('is presented by credential/ alone', () => {
    const others = files.filter(({ path }) => !['credential/', 'demo/'].some((part) => isIn(part, path)));
    expect(others.filter(({ code }) => presentsToken.test(code)).map(({ path }) => path)).toEqual([
      authenticatesClient,
    ]);
  });
});

/** Notes and answers are said by the commands; what is below them returns both. */
describe('what is below the commands', () => {
  const silent = [
    'credential-helpers/',
    'access/',
    'sign-in/',
    'accounts/',
    'grants/',
    'protocol/',
    'credential/',
    'profile/',
    'settings/',
    'loopback/',
    'providers/',
    'secrets/',
    'setup/',
    'doctor/',
  ];
  /** They talk with the person at the terminal, question by question. */
  const conversations = [
    'setup/ask-for-client.ts',
    'setup/guide-registration.ts',
    'setup/registration-page.ts',
    'secrets/passphrase-key.ts',
    'secrets/secret-file.ts',
  ];

  it.each(silent)('%s writes to no stream', (part) => {
    const writes = /\bstd(?:err|out)\b/;
    expect("context.stderr.write('note')").toMatch(writes);
    expect(
      files.filter(({ path, code }) => isIn(part, path) && writes.test(code)).map(({ path }) => path),
    ).toEqual(conversations.filter((path) => isIn(part, path)));
  });
});

function floorOf(path: string): number {
  return floors.findIndex((floor) => floor.some((part) => isIn(part, path)));
}

function isIn(part: string, path: string): boolean {
  return part.endsWith('/') ? path.startsWith(part) : path === part;
}

function relations(kinds: readonly Import['kind'][]): { readonly from: string; readonly to: string }[] {
  return files.flatMap(({ path, imports }) =>
    imports
      .filter(({ specifier, kind }) => /^\..*\.ts$/.test(specifier) && kinds.includes(kind))
      .map(({ specifier }) => ({
        from: path,
        to: posix.normalize(posix.join(posix.dirname(path), specifier)),
      })),
  );
}

function describeRelation({ from, to }: { readonly from: string; readonly to: string }): string {
  return `${from} → ${to}`;
}

function cyclesIn(graph: ReadonlyMap<string, readonly string[]>): string[] {
  const done = new Set<string>();
  const found: string[] = [];
  const visit = (path: string, above: readonly string[]): void => {
    if (above.includes(path)) {
      found.push([...above.slice(above.indexOf(path)), path].join(' → '));
    } else if (!done.has(path)) {
      for (const next of graph.get(path) ?? []) {
        visit(next, [...above, path]);
      }
      done.add(path);
    }
  };
  for (const path of graph.keys()) {
    visit(path, []);
  }
  return found;
}

function importsOf(code: string): Import[] {
  const statements = code.matchAll(
    /^(?:import|export)\s+(type\s)?(?:[\w*{}\s,$]+\sfrom\s+)?['"]([^'"]+)['"]/gm,
  );
  const calls = code.matchAll(/(typeof\s+)?\bimport\s*\(\s*['"]([^'"]+)['"]/g);
  return [
    ...Array.from(
      statements,
      ([, type, specifier = '']): Import => ({ specifier, kind: type ? 'type' : 'static' }),
    ),
    ...Array.from(
      calls,
      ([, type, specifier = '']): Import => ({ specifier, kind: type ? 'type' : 'dynamic' }),
    ),
  ];
}

/** Comments may speak of anything; a `//` that follows a colon or a quote is part of a URL. */
function withoutComments(code: string): string {
  return code.replaceAll(/\/\*[\s\S]*?\*\//g, '').replaceAll(/(^|[^:'"`/\\])\/\/[^\n]*/g, '$1');
}

describe('docs/architecture.md', () => {
  it('has a row for every folder, and names every file above them', () => {
    const page = readFileSync(fileURLToPath(new URL('../../docs/architecture.md', import.meta.url)), 'utf8');
    const parts = new Set(files.map(({ path }) => path.replace(/\/.*/, '/')));
    expect([...parts].filter((part) => !page.includes(`\`${part}\``))).toEqual([]);
  });
});
