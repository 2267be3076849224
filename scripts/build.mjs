// Bundles the own sources into dist/main.js, readable and with a source map.
// One CommonJS file, because that starts fastest: Node needs no module loader of ECMAScript for it, and a part that
// is reached by `import()` only runs, and asks for Node's own modules, when it is first needed. Packages stay outside
// for the same reason, except commander, which every command needs.
import { execFileSync } from 'node:child_process';
import crypto from 'node:crypto';
import { copyFile, readFile, rm, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

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

await build({ ...options, entryPoints: { main: 'src/main.ts' }, plugins: [withoutSubprograms] });
await writeFile(`${root}/dist/package.json`, '{ "type": "commonjs" }\n');

const mayLoadLate = [`${root}src/quick.ts`, `${root}src/adapters/keychain.ts`];

/** What a quick answer would have to load late is not in it: asking for it means that the whole program is needed. */
const withoutLateParts = {
  name: 'without-late-parts',
  setup({ onResolve, onLoad }) {
    // node:crypto takes 3 ms to load, and only a token has to be unsealed.
    onResolve({ filter: /^node:crypto$/ }, ({ namespace }) =>
      namespace === 'lazy' ? undefined : { path: 'node:crypto', namespace: 'lazy' },
    );
    onLoad({ filter: /.*/, namespace: 'lazy' }, () => ({
      contents: Object.keys(crypto)
        .filter((name) => typeof crypto[name] === 'function' && /^[a-z]/.test(name))
        .map((name) => `export const ${name} = (...all) => require('node:crypto').${name}(...all);`)
        .join('\n'),
    }));
    onResolve({ filter: /.*/ }, ({ kind, importer }) =>
      kind === 'dynamic-import' && !mayLoadLate.includes(importer)
        ? { path: 'late-part', namespace: 'absent' }
        : undefined,
    );
    onLoad({ filter: /.*/, namespace: 'absent' }, () => ({
      contents: "throw new Error('the whole program is needed');",
    }));
  },
};

const print = (flag) =>
  JSON.stringify(execFileSync(process.execPath, [`${root}/bin/oauth-login.js`, flag], { encoding: 'utf8' }));
await build({
  ...options,
  entryPoints: { quick: 'src/quick.ts' },
  define: { VERSION_TEXT: print('--version'), HELP_TEXT: print('--help') },
  // Whatever goes wrong in it is not shown but left to the whole program, so its names are not needed.
  minify: true,
  plugins: [withoutLateParts],
});
await copyFile(`${root}/node_modules/commander/LICENSE`, `${root}/dist/commander-LICENSE.txt`);
