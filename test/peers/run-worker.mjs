// Runs worker.js in Cloudflare's own runtime: `node run-worker.mjs PACKAGES PORT`. It prints its address when it is ready.
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const [packages, port] = process.argv.slice(2);
const { Miniflare } = createRequire(join(packages, 'index.js'))('miniflare');
const { outputFiles } = await build({
  entryPoints: [fileURLToPath(new URL('worker.js', import.meta.url))],
  bundle: true,
  write: false,
  format: 'esm',
  nodePaths: [packages],
  external: ['cloudflare:*', 'node:*'],
  conditions: ['workerd', 'worker'],
});
const runtime = new Miniflare({
  modules: true,
  script: outputFiles[0].text,
  host: '127.0.0.1',
  port: Number(port),
  kvNamespaces: ['OAUTH_KV'],
  bindings: { ORIGIN: `http://127.0.0.1:${port}` },
  compatibilityDate: '2026-07-30',
  compatibilityFlags: ['nodejs_compat', 'global_fetch_strictly_public'],
});
process.once('SIGTERM', () => void runtime.dispose());
process.stdout.write(`ready at ${await runtime.ready}\n`);
