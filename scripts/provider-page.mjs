// Writes docs/providers.md from providers/*.json; --print writes to the standard output instead.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { importSource } from './from-source.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const { groups } = await importSource('src/providers/provider-groups.ts');

const providers = readdirSync(`${root}/providers`)
  .filter((file) => file.endsWith('.json'))
  .sort()
  .map((file) => ({
    name: file.slice(0, -'.json'.length),
    ...JSON.parse(readFileSync(`${root}/providers/${file}`, 'utf8')),
  }));

const SECRET = { required: 'yes', optional: 'not for a public client', none: 'no' };
const NEEDS_HOST = (file) => file.hosts !== undefined && file.hosts.default === undefined;

function redirectUri({ redirect: { host, path = '/callback', port } }) {
  return `\`http://${host}${port === 'any' ? '' : `:${port}`}${path}\``;
}

function device({ endpoints = {}, discovery }) {
  if (endpoints.device_authorization_endpoint !== undefined) {
    return 'yes';
  }
  return discovery === undefined ? '' : 'if offered';
}

function row(file) {
  const page = file.registration?.page
    .replace('{host}', file.hosts?.default ?? '{host}')
    .replace('{tenant}', file.tenant ?? '{tenant}');
  const command = `\`${file.name}${NEEDS_HOST(file) ? ' --host HOST' : ''}\``;
  return [
    command,
    page === undefined || page.includes('{') ? file.label : `[${file.label}](${page})`,
    SECRET[file.client_secret],
    redirectUri(file),
    device(file),
    file.revocation.kind === 'none' ? '' : 'yes',
    file.confidence,
  ];
}

function table(rows) {
  const head = ['`oauth-login …`', 'register at', 'secret', 'redirect URI', '`--device`', 'revokes', 'sure'];
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

const page = `# Providers

The ${providers.length} providers that \`oauth-login\` knows by name, one file each in \`providers/\`. \`npm run provider-page\` writes this
page from those files. \`oauth-login providers NAME\` shows how to register a client, step by step, and what surprises people.

- **secret**: whether a client needs a client secret to sign in.
- **redirect URI**: what to register. One without a port stands for any free port.
- **\`--device\`**: whether the device grant (RFC 8628) works there; "if offered": the metadata of the server says so.
- **revokes**: whether \`logout\` can revoke the tokens there.
- **sure**: A, three or more independent sources agree on the addresses; B, two do; C, fewer do, or they differ. The files
  were tested against servers that answer as documented, not against the real ones.

${groups
  .map((group) => ({ group, rows: providers.filter((file) => file.group === group).map(row) }))
  .filter(({ rows }) => rows.length > 0)
  .map(({ group, rows }) => `## ${group.charAt(0).toUpperCase()}${group.slice(1)}\n\n${table(rows)}`)
  .join('\n\n')}
`;

if (process.argv.includes('--print')) {
  process.stdout.write(page);
} else {
  writeFileSync(`${root}/docs/providers.md`, page);
}
