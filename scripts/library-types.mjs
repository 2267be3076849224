// Gives the types of the library as one file, so that a program sees what src/api.ts exports and nothing else.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';

/** The files whose types a program may see. None of them may need the types of another file. */
const sources = [
  'src/ground/error-code.ts',
  'src/ground/errors.ts',
  'src/output/sign-in-event.ts',
  'src/library/interface.ts',
  'src/api.ts',
];

/** Throws where one of the files imports a type that is not among them. */
export function libraryTypes(root) {
  const folder = mkdtempSync(join(tmpdir(), 'oauth-login-types-'));
  try {
    emit(root, folder);
    const texts = sources.map((source) => readFileSync(join(folder, emitted(source)), 'utf8'));
    const last = texts.length - 1;
    const parts = texts.map((text, index) => declarations(text, sources[index], index === last));
    return `${[...parts, exportsOf(texts[last])].join('\n')}\n`;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function emitted(source) {
  return source.replace(/^src\//, '').replace(/\.ts$/, '.d.ts');
}

/** No other file is read, so that this takes a second. The types are checked by `npm run types`. */
function emit(root, folder) {
  const require = createRequire(import.meta.url);
  const compiler = join(dirname(require.resolve('typescript/package.json')), 'bin/tsc');
  const settings = [
    '--target',
    'es2023',
    '--module',
    'nodenext',
    '--types',
    '',
    '--strict',
    '--noResolve',
    '--noCheck',
  ];
  const output = [
    '--declaration',
    '--emitDeclarationOnly',
    '--outDir',
    folder,
    '--rootDir',
    join(root, 'src'),
  ];
  const files = sources.map((source) => join(root, source));
  execFileSync(process.execPath, [compiler, '--ignoreConfig', ...settings, ...output, ...files], {
    encoding: 'utf8',
  });
}

/** The declarations of a file, without its imports; only the last one exports. */
function declarations(text, source, exportsAll) {
  for (const [, specifier] of text.matchAll(/\bfrom '([^']+)'|\bimport\("([^"]+)"\)/g)) {
    const wanted = relative('.', join(dirname(source), specifier ?? '?')).replaceAll('\\', '/');
    if (!sources.includes(wanted)) {
      throw new Error(`${source} shows a type of ${wanted}, which is not for programs`);
    }
  }
  const own = text.replaceAll(/^(?:import|export) (?:type )?\{[^}]*\}(?: from '[^']+')?;\n/gm, '');
  return exportsAll
    ? own
    : own.replaceAll(
        /^export (?:declare )?(?=(?:abstract )?(?:class|const|interface|type|function))/gm,
        'declare ',
      );
}

/** What the last file passes on, as one list. */
function exportsOf(text) {
  const lists = [...text.matchAll(/^export (type )?\{([^}]*)\} from/gm)];
  const names = lists.flatMap(([, type = '', list]) =>
    list
      .split(',')
      .map((name) => name.trim())
      .filter((name) => name !== '')
      .map((name) => `${type}${name}`),
  );
  return `export { ${names.join(', ')} };`;
}
