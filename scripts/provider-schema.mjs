// Writes schema/provider.schema.json from the description in src/providers/provider-file.ts.
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { importSource } from './from-source.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const file = `${root}/schema/provider.schema.json`;
const { providerFileSchema } = await importSource('src/providers/provider-file.ts');

writeFileSync(file, `${JSON.stringify(providerFileSchema(), null, 2)}\n`);
execFileSync(`${root}/node_modules/.bin/biome`, ['format', '--write', file], { cwd: root, stdio: 'inherit' });
