// Makes providers/NAME.json and its fixture, to be filled in:  npm run new-provider NAME [-- --host api.example.com]
// What stands in them as TODO has to be replaced; the tests name each place that is left.
import { execFileSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { importSource } from './from-source.mjs';

const own = fileURLToPath(new URL('..', import.meta.url));
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    host: { type: 'string' },
    root: { type: 'string', default: own },
  },
});
const [name = ''] = positionals;
const { PROVIDER_NAME } = await importSource('src/providers/provider-file-texts.ts');
if (positionals.length !== 1 || !PROVIDER_NAME.test(name)) {
  fail('give one name of small letters, digits, ".", "_" and "-": npm run new-provider acme');
}
const host = values.host ?? `${name}.example`;
const label = name.charAt(0).toUpperCase() + name.slice(1);
const { root } = values;
const file = `${root}/providers/${name}.json`;
const fixture = `${root}/test/provider-fixtures/${name}.json`;
for (const path of [file, fixture]) {
  if (existsSync(path)) {
    fail(`${path} is there already; nothing was changed`);
  }
}

write(file, {
  $schema: '../schema/provider.schema.json',
  label,
  group: 'TODO',
  issuer: `https://${host}`,
  endpoints: {
    authorization_endpoint: `https://${host}/oauth/authorize`,
    token_endpoint: `https://${host}/oauth/token`,
  },
  scopes: [],
  pkce: 'optional',
  client_secret: 'required',
  redirect: { host: '127.0.0.1', port: 'any' },
  profile: { url: `https://${host}/api/me`, map: { sub: 'id', name: 'name', email: 'email' } },
  api_origins: [`https://${host}`],
  revocation: { kind: 'none' },
  registration: {
    page: `https://${host}/TODO`,
    client_secret: 'Client secret',
    steps: [
      'TODO Open the page and register an application.',
      'TODO Say what to enter as name, kind and scopes.',
      'Enter {redirect_uri} as redirect URI.',
      'TODO Say which buttons lead to the client ID and the client secret, and what they are called.',
    ],
  },
  confidence: 'C',
  doubts: ['TODO Say what was not confirmed.'],
  sources: [`https://${host}/TODO`],
  checked: new Date().toISOString().slice(0, 10),
});
write(fixture, {
  documentation: `https://${host}/TODO`,
  authorization: { url: `https://${host}/oauth/authorize` },
  token: {
    request: `POST https://${host}/oauth/token`,
    authentication: 'post',
    reply: { token_type: 'Bearer', expires_in: 3600 },
  },
  wrong_secret: { status: 401, reply: { error: 'invalid_client' }, code: 'as_invalid_client' },
  profile: {
    request: `GET https://${host}/api/me`,
    reply: { id: 1815, name: 'Ada Lovelace', email: 'ada@example.com' },
  },
  claims: { sub: '1815', name: 'Ada Lovelace', email: 'ada@example.com' },
});
process.stdout.write(`Now correct these two files, and replace every TODO:
  providers/${name}.json                what the tool does
  test/provider-fixtures/${name}.json   what the provider takes and answers, from its documentation
Then run:
  npm run provider-page
  npm test -- test/unit/providers test/integration/provider-files.test.ts
`);

function write(path, document) {
  writeFileSync(path, `${JSON.stringify(document, null, 2)}\n`);
  execFileSync(`${own}/node_modules/.bin/biome`, ['format', '--write', path], { cwd: root, stdio: 'ignore' });
}

function fail(reason) {
  process.stderr.write(`new-provider: ${reason}\n`);
  process.exit(2);
}
