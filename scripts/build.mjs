// Bundles the own sources into dist/main.js, readable and with a source map.
// One CommonJS file, because that starts fastest: Node needs no module loader of ECMAScript for it, and a part that
// is reached by `import()` only runs, and asks for Node's own modules, when it is first needed. Packages stay outside
// for the same reason, except commander, which every command needs.
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
await build({
  absWorkingDir: root,
  entryPoints: { main: 'src/main.ts' },
  outdir: 'dist',
  bundle: true,
  format: 'cjs',
  platform: 'node',
  target: 'node20.18',
  external: outside.flatMap((name) => [name, `${name}/*`]),
  plugins: [withoutSubprograms],
  sourcemap: 'linked',
  sourcesContent: false,
  minify: false,
  legalComments: 'none',
  logLevel: 'warning',
});
await writeFile(`${root}/dist/package.json`, '{ "type": "commonjs" }\n');
await copyFile(`${root}/node_modules/commander/LICENSE`, `${root}/dist/commander-LICENSE.txt`);
