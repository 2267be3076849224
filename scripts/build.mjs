// Bundles the sources into dist/main.js, readable and with a source map, and a small part of them into dist/quick.js,
// which needs neither: an error in it is left to the whole program.
// They are CommonJS files, because those start fastest: Node needs no module loader of ECMAScript for them, and a part
// that is reached by `import()` only runs, and asks for Node's own modules, when it is first needed. Packages stay
// outside for the same reason, except commander, which every command needs.
import { execFileSync } from 'node:child_process';
import { copyFile, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { importSource } from './from-source.mjs';
import { libraryTypes } from './library-types.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const { dependencies, optionalDependencies } = JSON.parse(await readFile(`${root}/package.json`, 'utf8'));
const inside = ['commander'];
const outside = Object.keys({ ...dependencies, ...optionalDependencies }).filter(
  (name) => !inside.includes(name),
);

/** commander can start programs as subcommands; this tool has none, and loading what it takes would cost 5 ms. */
const withoutSubprograms = {
  name: 'without-subprograms',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^node:child_process$/ }, ({ importer, path }) =>
      /[\\/]commander[\\/]/.test(importer) ? { path, namespace: 'absent' } : undefined,
    );
    onLoad({ filter: /.*/, namespace: 'absent' }, () => ({ contents: 'module.exports = {};' }));
  },
};

/** The provider that the demo signs in to; the packages it consists of are no dependencies of this one. */
const demoProvider = {
  name: 'demo-provider',
  setup({ onResolve }) {
    onResolve({ filter: /^oidc-provider\/lib\/provider\.js$/ }, () => ({
      path: './demo-provider.mjs',
      external: true,
    }));
  },
};

/**
 * Puts the rows of the provider files in place of the function that reads them all, and the place they have in the package;
 * `here` is the directory of the file that is built, as its format names it.
 */
const finishedIndex = (here) => ({
  name: 'finished-index',
  async setup({ onLoad }) {
    const { providerIndex } = await importSource('src/providers/provider-index.ts');
    const rows = JSON.stringify(providerIndex());
    const contents = `
      import { basename, join, resolve } from 'node:path';
      export const providersDirectory = join(${here}, '../providers');
      let index;
      export function providerIndex() {
        index ??= JSON.parse(${JSON.stringify(rows)});
        return index;
      }`;
    onLoad({ filter: /[\\/]src[\\/]providers[\\/]provider-index\.ts$/ }, () => ({ contents, loader: 'js' }));
  },
});

/**
 * The library is three modules of ECMAScript: what a program imports, which is small; the errors, which the program and the
 * rest have in common; and the rest, which the first call loads.
 */
const libraryParts = {
  name: 'library-parts',
  setup({ onResolve }) {
    onResolve({ filter: /[\\/]errors\.ts$/ }, ({ resolveDir, path, kind }) =>
      kind !== 'entry-point' && resolve(resolveDir, path) === `${root}src/ground/errors.ts`
        ? { path: './errors.mjs', external: true }
        : undefined,
    );
    onResolve({ filter: /^\.\/library\// }, () => ({ path: './library.mjs', external: true }));
  },
};

await rm(`${root}/dist`, { recursive: true, force: true });
const options = {
  absWorkingDir: root,
  outdir: 'dist',
  bundle: true,
  format: 'cjs',
  platform: 'node',
  target: 'node20.18',
  external: outside.flatMap((name) => [name, `${name}/*`]),
  sourcemap: 'linked',
  sourcesContent: false,
  minify: false,
  legalComments: 'none',
  logLevel: 'warning',
};

await build({
  ...options,
  entryPoints: { main: 'src/main.ts' },
  plugins: [withoutSubprograms, finishedIndex('__dirname'), demoProvider],
});
await build({
  ...options,
  entryPoints: { api: 'src/api.ts', errors: 'src/ground/errors.ts', library: 'src/library/library.ts' },
  outExtension: { '.js': '.mjs' },
  format: 'esm',
  sourcemap: false,
  plugins: [libraryParts, finishedIndex('import.meta.dirname')],
});
const { metafile } = await build({
  ...options,
  entryPoints: { 'demo-provider': `${root}/node_modules/oidc-provider/lib/provider.js` },
  outExtension: { '.js': '.mjs' },
  format: 'esm',
  // Some of its packages are CommonJS.
  banner: {
    js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
  },
  external: [],
  sourcemap: false,
  minify: true,
  // It calls its models by the names of their classes.
  keepNames: true,
  metafile: true,
});
await writeFile(`${root}/dist/api.d.mts`, libraryTypes(root));
await writeFile(`${root}/dist/demo-provider-LICENSES.txt`, await licencesOf(Object.keys(metafile.inputs)));
await writeFile(`${root}/dist/package.json`, '{ "type": "commonjs" }\n');

/** The source of each part of the quick program, by the name of its file; parts are added while they are built. */
const quickParts = new Map([['quick', 'src/quick/quick-answer.ts']]);

/**
 * Makes a file of its own of what `src/quick/` loads by `import()`, since V8 reads the whole of a file, also what a
 * command does not need. Every other `import()` ends the try of the quick program: what the commands load late, such as
 * a refresh or the text of an error, is left to the whole program.
 */
const lateParts = {
  name: 'late-parts',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /.*/ }, ({ kind, importer, path, resolveDir }) => {
      if (kind !== 'dynamic-import') {
        return undefined;
      }
      if (!/[\\/]src[\\/]quick[\\/]/.test(importer)) {
        return { path: 'late-part', namespace: 'absent' };
      }
      const source = resolve(resolveDir, path);
      const name = `quick-${basename(source, '.ts')}`;
      quickParts.set(name, source);
      return { path: `./${name}.js`, external: true };
    });
    onLoad({ filter: /.*/, namespace: 'absent' }, () => ({
      contents: "throw new Error('the whole program is needed');",
    }));
  },
};

const print = (flag) =>
  JSON.stringify(execFileSync(process.execPath, [`${root}/bin/oauth-login.js`, flag], { encoding: 'utf8' }));
// The whole program makes them, so they come before the quick one is there.
const define = { VERSION_TEXT: print('--version'), HELP_TEXT: print('--help') };
for (const [name, source] of quickParts) {
  await build({
    ...options,
    entryPoints: { [name]: source },
    sourcemap: false,
    define,
    // Node's own `import()` would load its loader of modules.
    supported: { 'dynamic-import': false },
    // Whatever goes wrong in it is not shown but left to the whole program, so its names are not needed.
    minify: true,
    plugins: [lateParts, finishedIndex('__dirname')],
  });
}
await copyFile(`${root}/node_modules/commander/LICENSE`, `${root}/dist/commander-LICENSE.txt`);

/** The licences of the packages that these files belong to, one after the other. */
async function licencesOf(files) {
  const folders = new Set(
    files.flatMap((file) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file)?.[0] ?? []),
  );
  const texts = [...folders].sort().map(async (folder) => {
    const { name, version, license } = JSON.parse(await readFile(`${root}/${folder}/package.json`, 'utf8'));
    const file = (await readdir(`${root}/${folder}`)).find((each) => /^licen[cs]e/i.test(each));
    // A few packages only name theirs.
    const text =
      file === undefined ? `License: ${license}` : await readFile(`${root}/${folder}/${file}`, 'utf8');
    return `${name} ${version}\n\n${text.trim()}\n`;
  });
  return (await Promise.all(texts)).join('\n----\n\n');
}
