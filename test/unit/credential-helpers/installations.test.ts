import { describe, expect, it } from 'vitest';
import { installations } from '../../../src/credential-helpers/installations.ts';

const wish = {
  origins: ['https://ghcr.io', 'https://git.example.com:8443'],
  words: ['https://mcp.example.com/mcp'],
};
const of = (kind: string) => {
  const found = installations[kind];
  if (found === undefined) {
    throw new Error(kind);
  }
  return found;
};

describe('an installation', () => {
  it.each<[string, string]>([
    ['git', '[user]\n\tname = Ada\n'],
    ['git', ''],
    ['git', '[user]\n\tname = Ada'],
    ['docker', '{\n  "auths": {}\n}\n'],
    ['docker', '{}\n'],
    ['mcp', '{\n  "a": 1\n}'],
    ['git', '[credential]\n\thelper = store ; as before\n[alias]\n\tx = "a \\\n b"\n'],
    ['docker', '{\n\t"auths": {},\n\t"credHelpers": {\n\t\t"gcr.io": "gcloud"\n\t}\n}\n'],
    ['mcp', '{\n  "mcpServers": {\n    "x": {}\n  }\n}\n'],
  ])('of %s is undone to the byte, and adds nothing twice', (kind, before) => {
    const added = of(kind).add(before, wish) ?? '';
    expect(added).not.toBe(before);
    expect(of(kind).add(added, wish)).toBe(added);
    expect(of(kind).remove(added, wish)).toBe(before);
    expect(of(kind).remove(before, wish)).toBe(before);
  });

  it.each<[string, string]>([
    ['git', 'hello there\n'],
    ['git', '[user\n'],
    ['docker', '{ "credHelpers": { "ghcr.io": "other" } }'],
    ['docker', '[]'],
    ['docker', '{ // mine\n }'],
    ['docker', '{'],
    ['mcp', '{ "mcpServers": { "mcp.example.com": { "type": "sse" } } }'],
  ])('of %s changes nothing in %j', (kind, text) => {
    expect(of(kind).add(text, wish)).toBeUndefined();
  });

  it('of git is undone where other lines came after it, and where another origin begins like it', () => {
    const origins = ['https://a.example:8443', 'https://a.example'];
    const added = of('git').add('[user]\n\tname = Ada', { ...wish, origins }) ?? '';
    const later = `${added}\n[core]\n\tpager = cat\n`;
    expect(of('git').remove(later, { ...wish, origins })).toBe(
      '[user]\n\tname = Ada\n[core]\n\tpager = cat\n',
    );
    expect(of('git').remove(added, { ...wish, origins: origins.slice(1) })).toContain(
      'https://a.example:8443"',
    );
    expect(of('git').remove(added, { ...wish, origins: origins.slice(0, 1) })).toContain(
      'https://a.example"',
    );
  });

  it('prints what it would add', () => {
    expect(JSON.parse(of('docker').snippet(wish))).toEqual({
      credHelpers: { 'ghcr.io': 'oauth-login', 'git.example.com:8443': 'oauth-login' },
    });
    expect(JSON.parse(of('mcp').snippet(wish)).mcpServers['mcp.example.com']).toEqual({
      type: 'http',
      url: 'https://mcp.example.com/mcp',
      headersHelper: 'oauth-login credential mcp https://mcp.example.com/mcp',
    });
    expect(of('git').snippet({ ...wish, words: ['github', '--account', 'a "b"'] })).toContain(
      '\thelper = "!oauth-login credential git github --account \'a \\"b\\"\'"\n',
    );
  });
});
