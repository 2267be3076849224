import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

interface Import {
  readonly file: string;
  readonly specifier: string;
  readonly kind: 'static' | 'type' | 'dynamic';
}

const sources = readdirSync('src', { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts') && !name.endsWith('.d.ts'))
  .map((name) => join('src', name))
  .map((file) => ({ file, text: withoutComments(readFileSync(file, 'utf8')) }));

const imports = sources.flatMap(({ file, text }): Import[] => [
  ...[...text.matchAll(/^\s*(?:import|export)\s+(type\s+)?(?:[^'";]*?\sfrom\s+)?['"]([^'"]+)['"]/gm)].map(
    ([, type, specifier = '']): Import => ({ file, specifier, kind: type ? 'type' : 'static' }),
  ),
  ...[...text.matchAll(/\b(?:import|require)\s*\(\s*['"`]([^'"`]+)['"`]/g)].map(
    ([, specifier = '']): Import => ({ file, specifier, kind: 'dynamic' }),
  ),
]);

function withoutComments(text: string): string {
  return text.replaceAll(/\/\*[\s\S]*?\*\//g, '').replaceAll(/^\s*\/\/.*$/gm, '');
}

function importersOf(
  packageName: string,
  kinds: readonly Import['kind'][] = ['static', 'dynamic'],
): string[] {
  const files = imports
    .filter(({ specifier, kind }) => kinds.includes(kind) && `${specifier}/`.startsWith(`${packageName}/`))
    .map(({ file }) => file);
  return [...new Set(files)].sort();
}

describe('T01, T54 programs are started in two places: the browser, and the command of exec', () => {
  it('imports open and child_process there only', () => {
    expect(importersOf('open')).toEqual(['src/adapters/browser.ts']);
    expect(importersOf('node:child_process')).toEqual([
      'src/adapters/browser.ts',
      'src/adapters/child-process.ts',
    ]);
    for (const other of ['child_process', 'node:cluster', 'cluster', 'execa', 'cross-spawn']) {
      expect(importersOf(other)).toEqual([]);
    }
  });

  it.each([/shell:\s*true/, /\bexec(File)?(Sync)?\(['"`]/, /\beval\(/, /new Function\(/])(
    'holds no %s',
    (pattern) => {
      expect(sources.filter(({ text }) => pattern.test(text)).map(({ file }) => file)).toEqual([]);
    },
  );
});

describe('a heavy package lives in one place, behind an import() of its own', () => {
  it.each([
    ['undici', ['src/adapters/http-exchange.ts', 'src/adapters/outbound.ts']],
    ['open', ['src/adapters/browser.ts']],
    ['keytar', ['src/adapters/keychain.ts']],
    ['@clack/prompts', ['src/adapters/library-questions.ts']],
  ])('%s', (packageName, files) => {
    expect(importersOf(packageName)).toEqual(files);
    expect(importersOf(packageName, ['static'])).toEqual([]);
  });

  it('oauth4webapi, wherever it is used', () => {
    expect(importersOf('oauth4webapi').length).toBeGreaterThan(0);
    expect(importersOf('oauth4webapi', ['static'])).toEqual([]);
  });

  it('and adapters are reached through the context', () => {
    const users = imports.filter(
      ({ file, specifier, kind }) =>
        kind !== 'type' && specifier.includes('/adapters/') && !file.startsWith('src/adapters/'),
    );
    expect([...new Set(users.map(({ file }) => file))].sort()).toEqual([
      'src/host/library-context.ts',
      'src/host/system-context.ts',
      'src/quick/exec.ts',
      'src/quick/quick-keychain.ts',
    ]);
    // The quick answers are a bundle of their own, made small by the build.
    expect(users.filter(({ file, kind }) => kind !== 'dynamic' && !file.startsWith('src/quick/'))).toEqual(
      [],
    );
  });
});

describe('T10 nothing is read from the working directory', () => {
  it.each([/(?:from|import\(|require\()\s*["']dotenv/, /loadEnvFile/, /process\.chdir\(/, /--env-file/])(
    'holds no %s',
    (pattern) => {
      expect(sources.filter(({ text }) => pattern.test(text)).map(({ file }) => file)).toEqual([]);
    },
  );

  it('asks for its path in one place, to compare it with what the user configured', () => {
    const asking = sources.filter(({ text }) => /process\.cwd\(/.test(text));
    expect(asking.map(({ file }) => file)).toEqual(['src/host/working-directory.ts']);
  });
});

describe('the search itself', () => {
  it('sees the imports there are', () => {
    expect(sources.length).toBeGreaterThan(20);
    expect(imports.filter(({ kind }) => kind === 'static').length).toBeGreaterThan(50);
    expect(importersOf('node:child_process', ['static'])).toContain('src/adapters/browser.ts');
  });
});
