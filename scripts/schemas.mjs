// Writes schema/*.schema.json from the descriptions in the sources (npm run schema).
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { importSource } from './from-source.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const { providerFileSchema } = await importSource('src/providers/provider-file.ts');
const { configurationSchema } = await importSource('src/settings/configuration-description.ts');

const files = [
  ['provider', providerFileSchema()],
  ['config', configurationSchema()],
].map(([name, schema]) => {
  const file = `${root}/schema/${name}.schema.json`;
  writeFileSync(file, `${JSON.stringify(schema, null, 2)}\n`);
  return file;
});
execFileSync(`${root}/node_modules/.bin/biome`, ['format', '--write', ...files], {
  cwd: root,
  stdio: 'inherit',
});
