import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { expect } from 'vitest';
import { it, line, server } from '../support/ada-signs-in.ts';
import { writeConfiguration } from '../support/configuration-file.ts';

it('leaves a file that is not UTF-8 as it is, and prints what to add', async () => {
  await line.run(server.issuer, '--client-id', server.clientId, '--allow-http-loopback');
  const file = join(line.directory, '.gitconfig');
  const before = Buffer.from('[user]\n\tname = Jos\xe9\n', 'latin1');
  writeFileSync(file, before);
  const env = { ...line.context.env, GIT_CONFIG_GLOBAL: file };
  const install = await line.runIn({ env }, 'credential', 'git', server.issuer, '--install', '--yes');
  expect([install.exitCode, install.stderr]).toEqual([3, expect.stringContaining('is not understood')]);
  expect(install.stdout).toContain('!oauth-login credential git');
  expect(install.stderr).toContain('add the lines above by hand');
  const uninstall = await line.runIn({ env }, 'credential', 'git', server.issuer, '--uninstall', '--yes');
  expect([uninstall.exitCode, uninstall.stderr]).toEqual([3, expect.stringContaining('is not understood')]);
  expect([readFileSync(file), existsSync(`${file}.before-oauth-login`)]).toEqual([before, false]);
});

it('says which copy is kept, at the first change and at the next', async () => {
  await line.run(server.issuer, '--client-id', server.clientId, '--allow-http-loopback');
  const file = join(line.directory, '.gitconfig');
  const copy = `${file}.before-oauth-login`;
  writeFileSync(file, '[user]\n\tname = Ada');
  const env = { ...line.context.env, GIT_CONFIG_GLOBAL: file };
  const change = (flag: string) => line.runIn({ env }, 'credential', 'git', server.issuer, flag, '--yes');
  expect((await change('--install')).stdout).toContain(`What it was is kept in ${copy}.`);
  expect((await change('--uninstall')).stdout).toContain(`The older copy ${copy} stays as it is.`);
  expect([readFileSync(file, 'utf8'), readFileSync(copy, 'utf8')]).toEqual(
    Array(2).fill('[user]\n\tname = Ada'),
  );
});

/** Ada signs in; then `--install` and so on change the files of an empty home. */
async function openInstalling() {
  await line.run(server.issuer, '--client-id', server.clientId, '--allow-http-loopback');
  const home = join(line.directory, 'home-of-programs');
  mkdirSync(home);
  const env = { ...line.context.env, HOME: home, XDG_CONFIG_HOME: '', PATH: '' };
  const change = (kind: string, ...words: (string | Readonly<Record<string, string>>)[]) => {
    const flags = words.filter((word) => typeof word === 'string');
    const more = words.filter((word) => typeof word !== 'string');
    const variables = Object.assign({}, env, ...more);
    return line.runIn({ env: variables }, 'credential', kind, server.issuer, ...flags);
  };
  return { home, change };
}

it('makes a missing directory and a file that nobody else can read, and takes the file away again', async () => {
  const { home, change } = await openInstalling();
  for (const [kind, file] of [
    ['docker', '.docker/config.json'],
    ['kubernetes', '.kube/config'],
    ['go', '.config/go/env'],
    ['bazel', '.bazelrc'],
  ] as const) {
    const path = join(home, file);
    const install = await change(kind, '--install', '--yes');
    expect([install.exitCode, statSync(path).mode & 0o777]).toEqual([0, 0o600]);
    expect(install.stderr).toContain(`This makes `);
    expect((await change(kind, '--install', '--yes')).stdout).toContain('Nothing to change');
    const uninstall = await change(kind, '--uninstall', '--yes');
    expect(uninstall.stdout).toContain(`Removed ${path}.`);
    expect(existsSync(path)).toBe(false);
    expect((await change(kind, '--uninstall', '--yes')).stdout).toContain('Nothing to change');
    expect(readdirSync(join(path, '..')).filter((name) => name.includes('lock'))).toEqual([]);
  }
});

it('leaves what `git config` wrote into the entry, also in a file that it made itself', async () => {
  const { home, change } = await openInstalling();
  const file = join(home, '.gitconfig');
  expect((await change('git', '--install', '--yes')).exitCode).toBe(0);
  const [, origin] = /\[credential "(.*)"\]/.exec(readFileSync(file, 'utf8')) ?? [];
  const git = (...words: string[]) =>
    execFileSync('git', ['config', '-f', file, ...words], { encoding: 'utf8' });
  git(`credential.${origin}.username`, 'ada');
  const installed = readFileSync(file, 'utf8');
  expect((await change('git', '--install', '--yes')).stdout).toContain('Nothing to change');
  expect(readFileSync(file, 'utf8')).toBe(installed);
  expect((await change('git', '--uninstall', '--yes')).exitCode).toBe(0);
  expect(git('--list')).toBe(`credential.${origin}.username=ada\n`);
});

it('leaves a link a link and a mode a mode, and a file with other lines where it is', async () => {
  const { home, change } = await openInstalling();
  const real = join(home, 'dotfiles-bazelrc');
  writeFileSync(real, '');
  chmodSync(real, 0o644);
  symlinkSync('dotfiles-bazelrc', join(home, '.bazelrc'));
  await change('bazel', '--install', '--yes');
  expect(lstatSync(join(home, '.bazelrc')).isSymbolicLink()).toBe(true);
  expect([readFileSync(real, 'utf8').includes('--credential_helper='), statSync(real).mode & 0o777]).toEqual([
    true,
    0o644,
  ]);
  await change('bazel', '--uninstall', '--yes');
  // It was there, and empty.
  expect(readFileSync(real, 'utf8')).toBe('');
});

it('says so where other programs will not find the command, as after npx', async () => {
  const { home, change } = await openInstalling();
  const note = 'note: other programs look for this command in PATH';
  expect((await change('docker', '--install', '--yes')).stderr).toContain(note);
  const place = (...names: string[]) => {
    const directory = join(home, ...names);
    mkdirSync(directory, { recursive: true });
    writeFileSync(join(directory, 'oauth-login'), '', { mode: 0o755 });
    return { PATH: directory };
  };
  const once = await change('bazel', place('_npx/abc/node_modules/.bin'), '--install', '--yes');
  expect(once.stderr).toContain(note);
  const installed = await change('go', place('bin'), '--install', '--yes');
  expect([installed.exitCode, installed.stderr.includes(note)]).toEqual([0, false]);
});

it('takes away what was installed after the account was signed out, and nothing of another one', async () => {
  const { home, change } = await openInstalling();
  const before = '[credential "https://x.example"]\n\thelper = !oauth-login credential git other\n';
  const later = '{\n  "credHelpers": {\n    "gcr.io": "gcloud"\n  }\n}\n';
  writeFileSync(join(home, '.gitconfig'), before);
  for (const kind of ['git', 'docker', 'bazel', 'go', 'kubernetes']) {
    expect((await change(kind, '--install', '--yes')).exitCode).toBe(0);
  }
  // Docker has a helper for another registry by now, and the file is not as it was any more.
  const docker = JSON.parse(readFileSync(join(home, '.docker/config.json'), 'utf8'));
  docker.credHelpers['gcr.io'] = 'gcloud';
  writeFileSync(join(home, '.docker/config.json'), `${JSON.stringify(docker, undefined, 2)}\n`);
  expect((await line.run('logout', server.issuer)).exitCode).toBe(0);
  expect((await change('git', '--install', '--yes')).exitCode).toBe(4);
  for (const kind of ['git', 'docker', 'bazel', 'go', 'kubernetes']) {
    expect((await change(kind, '--uninstall', '--yes')).exitCode).toBe(0);
  }
  expect(readFileSync(join(home, '.gitconfig'), 'utf8')).toBe(before);
  expect(readFileSync(join(home, '.docker/config.json'), 'utf8')).toBe(later);
  expect(
    ['.bazelrc', '.config/go/env', '.kube/config'].filter((name) => existsSync(join(home, name))),
  ).toEqual([]);
});

it('takes away what was installed for a name that means nothing any more', async () => {
  const { home } = await openInstalling();
  const file = join(home, '.gitconfig');
  const env = { ...line.context.env, HOME: home, XDG_CONFIG_HOME: '', PATH: '' };
  const change = (flag: string) => line.runIn({ env }, 'credential', 'git', 'work', flag, '--yes');
  writeConfiguration(line, { providers: { work: { issuer: server.issuer, client_id: server.clientId } } });
  await line.run('work', '--allow-http-loopback');
  expect((await change('--install')).exitCode).toBe(0);
  expect(readFileSync(file, 'utf8')).toContain('credential git work');
  expect((await line.run('forget', '--everything', '--yes')).exitCode).toBe(0);
  expect((await change('--uninstall')).exitCode).toBe(0);
  expect(existsSync(file)).toBe(false);
});

it('writes nothing through a link that leads nowhere', async () => {
  const { home, change } = await openInstalling();
  symlinkSync('unmounted/bazelrc', join(home, '.bazelrc'));
  const { exitCode, stderr } = await change('bazel', '--install', '--yes');
  expect([exitCode, stderr]).toEqual([3, expect.stringContaining('is a link that leads nowhere')]);
  expect(readdirSync(home)).toEqual(['.bazelrc']);
});

it('neither waits for a FIFO that is named as a configuration nor replaces it, and `forget` passes it over', async () => {
  const { home, change } = await openInstalling();
  const fifo = join(home, 'fifo');
  execFileSync('mkfifo', [fifo]);
  const names = { KUBECONFIG: fifo, GIT_CONFIG_GLOBAL: fifo };
  for (const [kind, flag] of [
    ['kubernetes', '--install'],
    ['kubernetes', '--uninstall'],
    ['git', '--install'],
    ['git', '--uninstall'],
  ] as const) {
    const { exitCode, stderr } = await change(kind, names, flag, '--yes');
    expect([exitCode, stderr]).toEqual([3, expect.stringContaining(`${fifo} is not a regular file`)]);
  }
  const env = { ...line.context.env, HOME: home, ...names };
  expect((await line.runIn({ env }, 'forget', '--everything', '--yes')).exitCode).toBe(0);
  expect([statSync(fifo).isFIFO(), readdirSync(home)]).toEqual([true, ['fifo']]);
});

it('changes nothing where nobody can be asked, and names the whole line to say yes with', async () => {
  const { home, change } = await openInstalling();
  const { exitCode, stderr } = await change(
    'aws',
    '--install',
    '--profile',
    'w',
    '--role-arn',
    role,
    '--region',
    'eu-west-1',
  );
  expect(exitCode).toBe(2);
  expect(stderr).toContain(
    `oauth-login credential aws ${server.issuer} --profile w --role-arn ${role} --region eu-west-1 --install --yes`,
  );
  expect(readdirSync(home)).toEqual([]);
});
const role = 'arn:aws:iam::123456789012:role/ada';

const audience = '//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/pool/providers/work';

it.each([
  ['git', '.gitconfig', '[user]\n\tname = Ada\n', []],
  ['docker', '.docker/config.json', '{\n  "credHelpers": {\n    "quay.io": "other"\n  }\n}\n', []],
  ['bazel', '.bazelrc', 'build --jobs=4\n', []],
  ['kubernetes', '.kube/config', 'users:\n- name: other\n  user: {}\n', []],
  ['go', '.config/go/env', 'GOFLAGS=-mod=mod\n', []],
  ['cargo', '.cargo/config.toml', '[build]\njobs = 4\n', []],
  ['terraform', '.terraformrc', 'disable_checkpoint = true\n', []],
  [
    'aws',
    '.aws/config',
    '[default]\nregion = eu-west-1\n',
    ['--profile', 'w', '--role-arn', role, '--region', 'eu-west-1'],
  ],
] as const)('takes the entries of %s away after the sign-out too', async (kind, name, before, flags) => {
  const { home, change } = await openInstalling();
  const file = join(home, name);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, before);
  expect(await change(kind, ...flags, '--install', '--yes')).toMatchObject({ exitCode: 0 });
  expect(readFileSync(file, 'utf8')).toContain('oauth-login');
  expect(await line.run('logout', '--all')).toMatchObject({ exitCode: 0 });
  const needed = flags.slice(0, 2);
  const removed = await change(kind, ...needed, '--uninstall', '--yes');
  expect(removed.exitCode, removed.stderr).toBe(0);
  expect(readFileSync(file, 'utf8')).toBe(before);
});

it('takes the credentials file of Google away without its audience', async () => {
  const { home, change } = await openInstalling();
  expect(await change('gcp', '--audience', audience, '--install', '--yes')).toMatchObject({ exitCode: 0 });
  const file = join(home, '.config/gcloud/application_default_credentials.json');
  expect(readFileSync(file, 'utf8')).toContain('credential gcp');
  await line.run('logout', '--all');
  expect(await change('gcp', '--uninstall', '--yes')).toMatchObject({ exitCode: 0 });
  expect(existsSync(file)).toBe(false);
});

it('removes all entries of git without a name, and those of one account with it', async () => {
  const { home } = await openInstalling();
  const file = join(home, '.gitconfig');
  const block = (origin: string, words: string) =>
    `# begin oauth-login credential git ${origin}\n[credential "${origin}"]\n\thelper =\n\thelper = !oauth-login credential git${words}\n# end oauth-login credential git ${origin}\n`;
  const [one, two] = [block('https://git.one.example', ' one'), block('https://git.two.example', ' two')];
  const own = '[credential "https://git.mine.example"]\n\thelper = !oauth-login credential git\n';
  await line.run('logout', '--all');
  const env = { ...line.context.env, GIT_CONFIG_GLOBAL: file };
  const remove = (...words: string[]) =>
    line.runIn({ env }, 'credential', 'git', ...words, '--uninstall', '--yes');
  writeFileSync(file, one + own + two);
  expect(await remove('one')).toMatchObject({ exitCode: 0 });
  expect(readFileSync(file, 'utf8')).toBe(own + two);
  writeFileSync(file, one + own + two);
  expect(await remove()).toMatchObject({ exitCode: 0 });
  expect(readFileSync(file, 'utf8')).toBe(own);
});

it('prints lines for mail clients, and installs nothing for them', async () => {
  const { home, change } = await openInstalling();
  const all = await change('xoauth2', '--print');
  expect(all.stdout.match(/^# \w+/gm)).toEqual(['# msmtp', '# mbsync', '# neomutt', '# aerc', '# himalaya']);
  expect(all.stdout).toContain('user ada@example.com');
  const one = await change('oauthbearer', '--print', '--for', 'mbsync', '--user', 'bob@example.com');
  expect(one.stdout).toContain('AuthMechs OAUTHBEARER\n');
  expect(one.stdout).not.toContain('msmtp');
  expect(await change('xoauth2', '--print', '--for', 'pine')).toMatchObject({ exitCode: 2, stdout: '' });
  expect(await change('xoauth2', '--print', '--user', 'a"b')).toMatchObject({ exitCode: 2, stdout: '' });
  const install = await change('xoauth2', '--install', '--yes');
  expect([install.exitCode, install.stdout]).toEqual([2, '']);
  expect(install.stderr).toContain(`oauth-login credential xoauth2 ${server.issuer} --print`);
  expect(readdirSync(home)).toEqual([]);
});

it('has no link for terraform where its program is not found, and keeps that of somebody else', async () => {
  const { home, change } = await openInstalling();
  const plugins = join(home, '.terraform.d/plugins');
  await change('terraform', '--install', '--yes');
  expect(existsSync(plugins)).toBe(false);
  mkdirSync(plugins, { recursive: true });
  const link = join(plugins, 'terraform-credentials-oauth-login');
  symlinkSync('mine', link);
  await change('terraform', '--uninstall', '--yes');
  expect(lstatSync(link).isSymbolicLink()).toBe(true);
});
