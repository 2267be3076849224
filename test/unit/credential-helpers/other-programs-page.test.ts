import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import type { InstallWish } from '../../../src/credential-helpers/installations/installation.ts';
import { installationOf } from '../../../src/credential-helpers/installations.ts';

/** The texts of the blocks of a page. */
function blocksOf(name: string): readonly string[] {
  const page = readFileSync(new URL(`../../../docs/${name}`, import.meta.url), 'utf8');
  return [...page.matchAll(/^```\w*\n([\s\S]*?)^```$/gm)].map(([, text = '']) => text);
}
const blocks = blocksOf('other-programs.md');

const wish: InstallWish = {
  origins: ['https://cache.example.com'],
  words: ['work'],
  options: {
    roleArn: 'arn:aws:iam::123456789012:role/name',
    region: 'eu-west-1',
    audience: '//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/pool/providers/work',
  },
  surroundings: { env: { PATH: '' }, platform: 'linux' },
};
const snippet = (kind: string, changes: Partial<InstallWish> = {}) =>
  installationOf(kind, undefined).snippet({ ...wish, ...changes });

it.each<[string, Partial<InstallWish>]>([
  ['git', { words: ['github'], origins: ['https://github.com'] }],
  ['kubernetes', {}],
  ['aws', {}],
  ['bazel', {}],
  ['go', {}],
  ['cargo', {}],
  ['terraform', {}],
])('the page shows what --install of %s adds', (kind, changes) => {
  expect(blocks).toContain(snippet(kind, changes));
});

it.each<[string, Partial<InstallWish>]>([
  ['docker', { origins: ['https://ghcr.io'] }],
  ['gcp', {}],
])('the page shows the JSON that --install of %s adds', (kind, changes) => {
  const own = blocks
    .filter((text) => text.startsWith('{'))
    .map((text) => JSON.parse(text.replace('/usr/local/bin/', '')));
  expect(own).toContainEqual(JSON.parse(snippet(kind, changes)));
});

it.each(['msmtp', 'mbsync', 'neomutt', 'aerc', 'himalaya'])(
  'the page on mail shows the lines for %s',
  (client) => {
    const google = {
      words: ['google'],
      provider: 'google',
      email: 'ada@gmail.com',
      options: { for: client },
    };
    const [heading = '', ...lines] = snippet('xoauth2', google).split('\n');
    expect(heading).toContain(client);
    expect(blocksOf('mail.md')).toContain(lines.join('\n'));
  },
);
