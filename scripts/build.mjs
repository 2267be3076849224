// Bundles the sources into dist/main.js, readable and with a source map, and a small part of them into dist/quick.js,
// which needs neither: an error in it is left to the whole program.
// They are CommonJS files, because those start fastest: Node needs no module loader of ECMAScript for them, and a part
// that is reached by `import()` only runs, and asks for Node's own modules, when it is first needed. Packages stay
// outside for the same reason, except commander, which every command needs.
import { execFileSync } from 'node:child_process';
import { copyFile, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { importSource } from './from-source.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const { dependencies, optionalDependencies } = JSON.parse(await readFile(`${root}/package.json`, 'utf8'));
const inside = ['commander'];
const outside = [...Object.keys({ ...dependencies, ...optionalDependencies }), 'oidc-provider'].filter(
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

/** Puts the rows of the provider files in place of the function that reads them all, and the place they have in the package. */
const finishedIndex = {
  name: 'finished-index',
  async setup({ onLoad }) {
    const { providerIndex } = await importSource('src/providers/provider-index.ts');
    const rows = JSON.stringify(providerIndex());
    const contents = `
      import { basename, join, resolve } from 'node:path';
      export const providersDirectory = join(__dirname, '../providers');
      let index;
      export function providerIndex() {
        index ??= JSON.parse(${JSON.stringify(rows)});
        return index;
      }`;
    onLoad({ filter: /[\\/]src[\\/]providers[\\/]provider-index\.ts$/ }, () => ({ contents, loader: 'js' }));
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
  plugins: [withoutSubprograms, finishedIndex],
});
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
    plugins: [lateParts],
  });
}
await copyFile(`${root}/node_modules/commander/LICENSE`, `${root}/dist/commander-LICENSE.txt`);
