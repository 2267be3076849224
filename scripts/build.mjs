// Bundles the own sources into dist/, readable and with source maps. Packages stay outside, except commander:
// every command needs it, and as part of the bundle it loads in half the time.
import { copyFile, rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));

await rm(`${root}/dist`, { recursive: true, force: true });
await build({
  absWorkingDir: root,
  entryPoints: { main: 'src/main.ts' },
  outdir: 'dist',
  bundle: true,
  splitting: true,
  chunkNames: 'chunks/[name]-[hash]',
  format: 'esm',
  platform: 'node',
  target: 'node20.18',
  external: ['@clack/prompts', 'keytar', 'oauth4webapi', 'oidc-provider', 'open', 'undici'],
  // commander is CommonJS and asks for Node's own modules with `require`.
  banner: {
    js: "import { createRequire } from 'node:module';\nconst require = createRequire(import.meta.url);",
  },
  sourcemap: 'linked',
  sourcesContent: false,
  minify: false,
  legalComments: 'none',
  logLevel: 'warning',
});
await copyFile(`${root}/node_modules/commander/LICENSE`, `${root}/dist/commander-LICENSE.txt`);
