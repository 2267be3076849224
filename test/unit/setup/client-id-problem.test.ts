import { describe, expect, it } from 'vitest';
import { catalogue } from '../../../src/providers/catalogue.ts';
import { clientIdProblem } from '../../../src/setup/client-id-problem.ts';

const github = catalogue.get('github');
if (github === undefined) {
  throw new Error('GitHub is in the catalogue');
}
const { registration: _, ...own } = github;

describe('a client id', () => {
  it.each([
    ['', 'empty'],
    ['  ', 'empty'],
    ['YOUR_CLIENT_ID', 'placeholder'],
    ['your-client-id-here', 'placeholder'],
    ['your_github_client_id', 'placeholder'],
    ['<client-id>', 'placeholder'],
    ['{client_id}', 'placeholder'],
    ['$GITHUB_CLIENT_ID', 'placeholder'],
    ['xxxx', 'placeholder'],
    ['changeme', 'placeholder'],
    ['GOCSPX-abcdefghijklmnop', 'secret'],
    ['ghp_abcdefghijklmnop', 'secret'],
    ['eyJhbGciOiJSUzI1NiJ9.e30.x', 'secret'],
    ['two words', 'spaces'],
    ['my client ✨', 'spaces'],
    ['https://github.com/settings/apps', 'address'],
    ['ada@example.com', 'e-mail'],
  ])('of GitHub cannot be %j', (typed, reason) => {
    expect(clientIdProblem(typed, github)).toContain(reason);
  });

  it.each([
    'Iv1.0123456789abcdef',
    'Ov23liAbCdEfGhIjKlMn',
    'my-client',
    'client',
    '1234567890-abc.apps.googleusercontent.com',
    '00000000-0000-0000-0000-000000000000',
  ])('can be %s', (typed) => {
    expect(clientIdProblem(typed, github)).toBeUndefined();
  });

  it.each([
    ['google', '1234-abc.apps.googleusercontent.com', '1234-abc', 'ends in .apps.googleusercontent.com'],
    ['microsoft', '00001111-aaaa-2222-bbbb-3333cccc4444', 'my-app', 'is a UUID'],
    ['facebook', '1234567890123456', 'my-app', 'has digits only'],
    ['discord', '123456789012345678', 'my-app', 'has digits only'],
  ])('of %s can be %s, and not %s', (name, right, wrong, words) => {
    const provider = catalogue.get(name);
    expect(provider && clientIdProblem(right, provider)).toBeUndefined();
    expect(provider && clientIdProblem(wrong, provider)).toContain(words);
  });

  it.each(['https://client.example/metadata.json', 'service@example.com', 'client 1'])(
    'of a server of which nothing is known can be %s',
    (typed) => {
      expect(clientIdProblem(typed, own)).toBeUndefined();
    },
  );
});
