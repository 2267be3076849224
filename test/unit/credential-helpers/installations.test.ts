import { describe, expect, it } from 'vitest';
import { changedText } from '../../../src/credential-helpers/installations/changed-text.ts';
import type { InstallWish } from '../../../src/credential-helpers/installations/installation.ts';
import { installationOf } from '../../../src/credential-helpers/installations.ts';

const wish: InstallWish = {
  origins: ['https://ghcr.io', 'https://git.example.com:8443'],
  words: ['work'],
  options: {
    roleArn: 'arn:aws:iam::123456789012:role/ada',
    region: 'eu-west-1',
    audience: '//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/providers/work',
  },
  surroundings: { env: { PATH: '', HOME: '/home/ada' }, platform: 'linux' },
};
const wishOf = (kind: string): InstallWish =>
  kind.startsWith('mcp') ? { ...wish, words: ['https://mcp.example.com/mcp'] } : wish;

/** `mcp cursor` is the kind, and the program of `--for`. */
const of = (name: string) => {
  const [kind = '', client] = name.split(' ');
  const found = installationOf(kind, client);
  if ('why' in found) {
    throw new Error(found.why);
  }
  return found;
};

describe('an installation', () => {
  it.each<[string, string]>([
    ['git', '[user]\n\tname = Ada\n'],
    ['git', ''],
    ['git', '[user]\n\tname = Ada'],
    ['git', '[credential]\n\thelper = store ; as before\n[alias]\n\tx = "a \\\n b"\n'],
    ['docker', '{\n  "auths": {}\n}\n'],
    ['docker', '{}\n'],
    ['docker', '{\n\t"auths": {},\n\t"credHelpers": {\n\t\t"gcr.io": "gcloud"\n\t}\n}\n'],
    ['mcp', '{\n  "a": 1\n}'],
    ['mcp', '{\n  "mcpServers": {\n    "x": {}\n  }\n}\n'],
    ['mcp cursor', '{\n  "mcpServers": {\n    "x": {}\n  }\n}\n'],
    ['kubernetes', 'apiVersion: v1\nkind: Config\n# mine\nclusters: []\n'],
    ['kubernetes', 'users:\n- name: a # first\n  user: {}\n# the end\ncontexts: []\n'],
    [
      'kubernetes',
      'users:\n  - name: a\n    user:\n      token: x\n  # between\n  - name: b\n    user: {}\nkind: Config\n',
    ],
    ['kubernetes', 'kind: Config\nusers:\n- name: a\n  user: {token: "1"}'],
    ['kubernetes', 'kind: Config\nusers: []\ncurrent-context: ""\n'],
    ['kubernetes', '---\nkind: Config\n'],
    ['aws', '[default]\nregion = eu-west-1\n'],
    ['aws', '[default]\nregion = eu-west-1'],
    ['aws', '[profile work]\nregion = eu-west-1\n\n[profile b]\ncredential_process = other\n'],
    ['aws', '# mine\n[profile work] ; here\ns3 =\n  max_concurrent_requests = 20\n'],
    ['aws', '[default]\nregion = eu-west-1\n[profile work]'],
    ['aws', '[profile "work"]\nregion = eu-west-1\n'],
    ['aws', "[profile\t 'work' ]\nregion = eu-west-1"],
    ['bazel', 'build --jobs=2\n'],
    ['bazel', 'build --jobs=2 \\\n  --keep_going'],
    ['go', 'GOFLAGS=-mod=mod\nGOPROXY=direct\n'],
    ['go', 'GOAUTH=netrc; git /home/ada\nGOPROXY=direct\n'],
    ['go', 'GOAUTH=netrc\n'],
    ['go', 'MYGOAUTH=netrc\nGOAUTH=git /home/ada ;netrc'],
    ['cargo', '[build]\njobs = 1\n'],
    ['cargo', '[build]\njobs = 1'],
    ['cargo', '[registry]\ndefault = "work" # mine\n\n[net]\nretry = 2\n'],
    ['cargo', '[registry]\nglobal-credential-providers = ["cargo:token", "cargo:libsecret"] # mine\n'],
    ['cargo', '[ "registry" ]\nglobal-credential-providers = ["cargo:x ] y"] # ["mine"]\n'],
    ['cargo', 'paths = [\n  "a", # ]\n  "b",\n]\n[registries.work]\nindex = "sparse+https://x/"\n[[x]]\n'],
    ['terraform', 'disable_checkpoint = true\nprovider_installation {\n  direct {}\n}\n'],
    ['terraform', '# credentials_helper "other" {}\ncredentials "a.example" {\n  token = "{"\n}'],
  ])('of %s is undone to the byte in %j, and adds nothing twice', (kind, before) => {
    const own = wishOf(kind);
    const added = of(kind).add(before, own) ?? '';
    expect(added).not.toBe(before);
    expect(of(kind).add(added, own)).toBe(added);
    expect(of(kind).remove(added, own)).toBe(before);
    expect(of(kind).remove(before, own)).toBe(before);
  });

  it.each(['git', 'docker', 'kubernetes', 'aws', 'bazel', 'go', 'cargo', 'terraform', 'mcp', 'mcp cursor'])(
    'of %s keeps CR and LF and a byte order mark',
    (kind) => {
      const own = wishOf(kind);
      const change = (action: 'install' | 'uninstall', text: string, original: string) =>
        changedText(of(kind), action, { text, original }, own) ?? 'not understood';
      const before = `\ufeff${texts[kind.split(' ')[0] ?? ''] ?? '{\r\n  "a": 1\r\n}\r\n'}`;
      const added = change('install', before, '');
      expect(added.replaceAll('\r\n', '')).not.toContain('\n');
      expect([added.startsWith('\ufeff'), added.includes('oauth-login') || added.includes('env:')]).toEqual([
        true,
        true,
      ]);
      expect(change('uninstall', added, '')).toBe(before);
    },
  );

  const texts: Readonly<Record<string, string>> = {
    git: '[user]\r\n\tname = Ada\r\n',
    kubernetes: 'kind: Config\r\nusers:\r\n- name: a\r\n  user: {}\r\n',
    aws: '[default]\r\nregion = eu-west-1\r\n',
    bazel: 'build --jobs=2\r\n',
    go: 'GOFLAGS=-mod=mod\r\n',
    cargo: '[build]\r\njobs = 1\r\n',
    terraform: 'disable_checkpoint = true\r\n',
  };

  it.each<[string, string]>([
    ['kubernetes', 'kind: Config\nusers: null\ncurrent-context: ""\n'],
    ['kubernetes', ''],
    ['gcp', ''],
    ['docker', ''],
    ['cargo', '[registry]\nglobal-credential-providers = ["cargo:token" , ]\n'],
    ['go', 'GOAUTH=\n'],
    ['go', 'GOFLAGS=-mod=mod'],
  ])('of %s is undone to the byte in %j, by what it was', (kind, original) => {
    const own = wishOf(kind);
    const added = of(kind).add(original, own) ?? '';
    expect(added).not.toBe(original);
    expect(changedText(of(kind), 'uninstall', { text: added, original }, own)).toBe(original);
  });

  it.each<[string, string]>([
    ['git', 'hello there\n'],
    ['git', '[user\n'],
    ['docker', '{ "credHelpers": { "ghcr.io": "other" } }'],
    ['docker', '[]'],
    ['docker', '{"credHelpers":null}'],
    ['docker', '{"credHelpers":[]}'],
    ['docker', '{"credHelpers":"a"}'],
    ['docker', '{"credHelpers":{"ghcr.io":"other"},"credHelpers":{}}'],
    ['docker', '{"a":[{"b":1,"\\u0062":2}]}'],
    ['mcp', '{"mcpServers":{"mcp.example.com":null}}'],
    ['kubernetes', 'users:\n- name: a\n  user: &u\n    token: x\n- name: b\n  user: *u\n'],
    ['kubernetes', 'users:\n- name: a\n  user: *nobody\n'],
    ['docker', '{ // mine\n }'],
    ['docker', '{'],
    ['mcp', '{ "mcpServers": { "mcp.example.com": { "type": "sse" } } }'],
    ['mcp cursor', '{ "mcpServers": { "mcp.example.com": { "type": "sse" } } }'],
    ['kubernetes', '{"kind":"Config","users":[]}'],
    ['kubernetes', 'a: b: c\n'],
    ['kubernetes', 'just text\n'],
    ['kubernetes', 'users:\n- name: work\n  user:\n    token: mine\n'],
    ['kubernetes', 'users: {}\n'],
    ['kubernetes', 'users: [{name: a, user: {}}]\n'],
    ['kubernetes', 'kind: Config\n---\nkind: Config\n'],
    ['kubernetes', 'users: &u []\n'],
    ['aws', '[profile work]\ncredential_process = mine\n'],
    ['aws', 'hello\n'],
    ['aws', '[profile "work"]\nCREDENTIAL_PROCESS = mine\n'],
    ['aws', '[ profile work ]\nregion = eu-west-1\n'],
    ['aws', '[profile work]\nregion = a\n[profile "work"]\nregion = b\n'],
    ['aws', '[profile work]\n\n  nested = x\n'],
    ['aws', '[profile work] # [mine]\nregion = a\n'],
    ['gcp', '{"type":"authorized_user"}'],
    ['bazel', 'build --jobs=2 \\\n'],
    ['go', 'GOAUTH=off\n'],
    ['go', 'GOAUTH=a\nGOAUTH=b\n'],
    ['go', 'hello\n'],
    ['cargo', 'registry.default = "work"\n'],
    ['cargo', 'registry = { default = "work" }\n'],
    ['cargo', '[registry]\nglobal-credential-providers = [\n  "cargo:token",\n]\n'],
    ['cargo', 'a = """\n[registry]\n"""\n'],
    ['cargo', 'a = [\n'],
    ['cargo', 'hello\n'],
    ['terraform', 'credentials_helper "other" {}\n'],
    ['terraform', 'credentials_helper "oauth-login" {\n'],
    ['terraform', '}\n{\n'],
    ['terraform', 'x = <<E\n}\nE\n'],
  ])('of %s changes nothing in %j', (kind, text) => {
    expect(of(kind).add(text, wishOf(kind))).toBeUndefined();
  });

  it('stays where a second one is, and each goes by itself', () => {
    for (const kind of ['kubernetes', 'aws', 'go', 'cargo']) {
      const other = { ...wish, words: ['home'] };
      const first = of(kind).add('', wish) ?? '';
      const both = of(kind).add(first, other) ?? '';
      expect(of(kind).remove(both, other)).toBe(first);
      const second = of(kind).remove(both, wish) ?? '';
      expect(second).toContain('home');
      expect(second).not.toContain('work');
    }
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

  it.each<[string, string, string, string]>([
    ['git', '# end', '\tusername = ada\n', '[credential "https://git.example.com:8443"]\n\tusername = ada\n'],
    ['git', '[credential', '# mine\n', '# mine\n'],
    ['git', '# end', '[core]\n\tpager = cat\n', '[core]\n\tpager = cat\n'],
    ['bazel', '# end', 'build --mine\n', 'build --mine\n'],
    ['terraform', '# end', 'host "a" {\n}\n', 'host "a" {\n}\n'],
    ['terraform', 'credentials_helper', 'host "a" {\n}\n', 'host "a" {\n}\n'],
    ['cargo', '# end', 'default = "mine"\n', '[registry]\ndefault = "mine"\n'],
    ['cargo', 'global-', 'default = "mine"\n', '[registry]\ndefault = "mine"\n'],
    ['kubernetes', '# end', 'preferences: {}\n', 'preferences: {}\n'],
    ['aws', '# end', 'region = mine\n', '[profile work]\nregion = mine\n'],
    ['aws', 'credential_process', 'region = mine\n', '[profile work]\nregion = mine\n'],
  ])('of %s keeps the lines of others before %j between its comments: %j', (kind, place, lines, left) => {
    const before = kind === 'kubernetes' ? 'kind: Config\n' : '# first\n';
    const added = of(kind).add(before, wishOf(kind)) ?? '';
    const at = added.lastIndexOf(place);
    const changed = `${added.slice(0, at)}${lines}${added.slice(at)}`;
    expect(of(kind).remove(changed, wishOf(kind))).toBe(`${before}${left}`);
    const again = of(kind).add(changed, wishOf(kind)) ?? '';
    expect(again).toContain(lines);
    expect(of(kind).add(again, wishOf(kind))).toBe(again);
    expect(of(kind).remove(again, wishOf(kind))).toBe(`${before}${left}`);
  });

  it('of aws leaves the settings of its profile that stand behind its comments in the section of the profile', () => {
    const added = of('aws').add('[default]\noutput = json\n', wish) ?? '';
    const later = `${added}region = eu-central-1\n\n[profile b]\nregion = x\n`;
    expect(of('aws').add(later, wish)).toBe(later);
    expect(of('aws').remove(later, wish)).toBe(
      '[default]\noutput = json\n[profile work]\nregion = eu-central-1\n\n[profile b]\nregion = x\n',
    );
  });

  it('of aws takes [profile default] for the default, and refuses it beside [default]', () => {
    const own = { ...wish, options: { ...wish.options, profile: 'default' } };
    expect(of('aws').add('[profile default]\nregion = a\n', own)).toMatch(
      /^\[profile default\]\ncredential_process = [^\n]+\nregion = a\n$/,
    );
    expect(of('aws').add('[default]\nregion = a\n[profile default]\n', own)).toBeUndefined();
  });

  it.each(['git', 'kubernetes', 'aws', 'bazel', 'go', 'cargo', 'terraform'])(
    'of %s is found and taken away in a file of mixed line ends, whose other lines keep theirs',
    (kind) => {
      const change = (action: 'install' | 'uninstall', text: string) =>
        changedText(of(kind), action, { text, original: '' }, wish) ?? 'not understood';
      const before = texts[kind] ?? '';
      const comment = (text: string) => `${text}# mine\n`;
      const mixed = comment(change('install', before));
      expect(change('install', mixed).split('oauth-login credential').length).toBe(
        mixed.split('oauth-login credential').length,
      );
      expect(change('uninstall', mixed)).toBe(comment(before));
      const added = change('install', comment(before));
      expect(change('uninstall', added)).toBe(comment(before));
    },
  );

  it('of docker takes nothing out of a text that names a member twice, and of kubernetes out of one with aliases', () => {
    const twice = '{"credHelpers":{"ghcr.io":"mine"},"credHelpers":{"ghcr.io":"oauth-login"}}';
    expect(of('docker').remove(twice, wish)).toBeUndefined();
    const users = of('kubernetes').add('users:\n- name: a\n  user: &u {}\n', wish) ?? '';
    expect(of('kubernetes').remove(`${users}- name: b\n  user: *u\n`, wish)).toBeUndefined();
    expect(of('docker').add('{"a":{"x":1},"b":{"x":1}}', wish)).toContain('oauth-login');
  });

  it('of go gives an empty value the meaning that it has, and goes with the last command', () => {
    const added = of('go').add('GOAUTH=\nGOPROXY=direct\n', wish) ?? '';
    expect(added).toBe('GOAUTH=netrc; oauth-login credential go work\nGOPROXY=direct\n');
    const both = of('go').add(added, { ...wish, words: ['home'] }) ?? '';
    const second = of('go').remove(both, wish) ?? '';
    expect(second).toBe('GOAUTH=netrc; oauth-login credential go home\nGOPROXY=direct\n');
    expect(of('go').remove(second, { ...wish, words: ['home'] })).toBe('GOPROXY=direct\n');
  });

  it.each(['\n', '\r', '\0'])('of git writes no account with %j in its name', (character) => {
    const words = ['github', '--account', `a${character}[core]`];
    expect(() => of('git').add('', { ...wish, words })).toThrow(
      expect.objectContaining({ code: 'usage_invalid' }),
    );
  });

  it('prints what it would add', () => {
    expect(JSON.parse(of('docker').snippet(wish))).toEqual({
      credHelpers: { 'ghcr.io': 'oauth-login', 'git.example.com:8443': 'oauth-login' },
    });
    expect(JSON.parse(of('mcp').snippet(wishOf('mcp'))).mcpServers['mcp.example.com']).toEqual({
      type: 'http',
      url: 'https://mcp.example.com/mcp',
      headersHelper: 'oauth-login credential mcp https://mcp.example.com/mcp',
    });
    expect(of('git').snippet({ ...wish, words: ['github', '--account', 'a "b"'] })).toContain(
      '\thelper = "!oauth-login credential git github --account \'a \\"b\\"\'"\n',
    );
  });
});
