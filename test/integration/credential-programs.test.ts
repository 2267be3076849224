import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type GuardedServer, serveGuarded } from '../support/guarded-server.ts';
import { type OtherPrograms, openOtherPrograms } from '../support/other-program.ts';
import { describeWith } from '../support/requirements.ts';
import { type Authority, openAuthority } from '../support/tls.ts';

let programs: OtherPrograms;
let authority: Authority;
let idToken = '';
let plain: GuardedServer;
let secure: GuardedServer;
/** A registry of no account. */
let stranger: GuardedServer;
let origin: string;

const json = (response: ServerResponse, document: unknown, type = 'application/json') =>
  response.setHeader('content-type', type).end(JSON.stringify(document));

beforeAll(async () => {
  programs = await openOtherPrograms();
  authority = await openAuthority();
  const { issuer } = programs.server;
  plain = await serveGuarded(issuer, 'Basic realm="registry"', (request, response) => {
    const served = registry(request.url ?? '');
    response.statusCode = served === undefined ? 404 : 200;
    response.setHeader('content-type', served?.type ?? 'text/plain').end(served?.body ?? '');
  });
  stranger = await serveGuarded(issuer, 'Bearer', (_request, response) => response.end());
  secure = await serveGuarded(
    issuer,
    'Bearer',
    (request, response) => answerSecurely(request.url ?? '', response),
    {
      tls: await authority.issue(['DNS:localhost']),
      isKnown: (token) => token === idToken,
    },
  );
  origin = `https://localhost:${secure.port}`;
  await programs.signIn(plain.origin, origin);
  idToken = (await programs.home.runHere(['token', '--id-token'])).stdout.trim();
});
afterAll(async () => {
  await Promise.all([plain?.close(), secure?.close(), stranger?.close()]);
  await authority?.remove();
  await programs?.close();
});

const accessToken = async () => (await programs.home.runHere(['token'])).stdout.trim();

/** An image without layers, and the index of a registry of crates. */
const imageConfig = JSON.stringify({
  architecture: 'amd64',
  os: 'linux',
  rootfs: { type: 'layers', diff_ids: [] },
});
const digest = (text: string) => `sha256:${createHash('sha256').update(text).digest('hex')}`;
const manifest = JSON.stringify({
  schemaVersion: 2,
  mediaType: 'application/vnd.oci.image.manifest.v1+json',
  config: {
    mediaType: 'application/vnd.oci.image.config.v1+json',
    digest: digest(imageConfig),
    size: imageConfig.length,
  },
  layers: [],
});

function registry(url: string): { readonly type: string; readonly body: string } | undefined {
  const crate = {
    name: 'hello',
    vers: '1.0.0',
    deps: [],
    cksum: '0'.repeat(64),
    features: {},
    yanked: false,
  };
  const index = { dl: `${plain.origin}/dl`, api: plain.origin, 'auth-required': true };
  const files: Readonly<Record<string, readonly [string, string]>> = {
    '/v2/': ['application/json', '{}'],
    '/v2/hello/manifests/latest': ['application/vnd.oci.image.manifest.v1+json', manifest],
    [`/v2/hello/blobs/${digest(imageConfig)}`]: ['application/octet-stream', imageConfig],
    '/index/config.json': ['application/json', JSON.stringify(index)],
    '/index/he/ll/hello': ['text/plain', `${JSON.stringify(crate)}\n`],
  };
  const [type, body] = files[url] ?? [];
  return type === undefined || body === undefined ? undefined : { type, body };
}

function answerSecurely(url: string, response: ServerResponse): unknown {
  if (url.startsWith('/version') || url.startsWith('/api')) {
    return json(response, { major: '1', minor: '32', gitVersion: 'v1.32.0', user: 'ada' });
  }
  if (url.endsWith('/@v/list')) {
    return response.end('v1.0.0\n');
  }
  if (url.endsWith('.info')) {
    return json(response, { Version: 'v1.0.0', Time: '2026-01-01T00:00:00Z' });
  }
  if (url.endsWith('.mod')) {
    return response.end('module example.com/private\n');
  }
  if (url.endsWith('/terraform.json')) {
    return json(response, { 'providers.v1': '/v1/providers/' });
  }
  return json(response, { versions: [] });
}

const inHome = (...names: string[]) => join(programs.home.home, ...names);

/** A file of the home as it is before an installation; afterwards it has to be so again. */
function placed(text: string, ...names: string[]) {
  const file = inHome(...names);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  return { file, expectRestored: () => expect(readFileSync(file, 'utf8')).toBe(text) };
}

describeWith(['skopeo'], 'skopeo with the credential helper of docker', () => {
  it('reads an image of a registry that wants the token as password', async () => {
    const config = placed('{\n  "auths": {}\n}\n', '.docker/config.json');
    await programs.change('--install', 'docker');
    const inspect = ['inspect', '--config', '--raw', '--tls-verify=false'];
    const { stdout } = await programs.run('skopeo', [...inspect, `docker://${plain.host}/hello:latest`]);
    expect(stdout).toBe(imageConfig);
    const basic = Buffer.from(`oauth2:${await accessToken()}`).toString('base64');
    expect(plain.seen).toContain(`Basic ${basic}`);
    await programs.change('--uninstall', 'docker');
    config.expectRestored();
  });
});

describeWith(['kubectl', 'openssl'], 'kubectl with the exec plugin', () => {
  const kubeconfig = () => `apiVersion: v1
kind: Config
clusters:
- name: c # the one of the test
  cluster:
    server: ${origin}
    certificate-authority: ${authority.caFile}
contexts:
- name: x
  context:
    cluster: c
    user: other
current-context: x
users:
- name: other
  user: {}
`;
  const api = ['get', '--raw', '/api'];

  it('signs in with the ID Token', async () => {
    const config = placed(kubeconfig(), '.kube/config');
    const said = await programs.change('--install', 'kubernetes');
    const [, next = ''] = /kubectl (config set-context --current --user=.*)$/m.exec(said) ?? [];
    expect(next).toBe('config set-context --current --user="forge"');
    const { stdout } = await programs.run('kubectl', ['--user=forge', ...api]);
    expect(JSON.parse(stdout)).toMatchObject({ user: 'ada' });
    expect(secure.seen.at(-1)).toBe(`Bearer ${idToken}`);
    await programs.change('--uninstall', 'kubernetes');
    config.expectRestored();
  });

  it('is told by kubectl itself which user a context has, and finds its entry in what kubectl has written', async () => {
    const config = placed(kubeconfig(), '.kube/config');
    await programs.change('--install', 'kubernetes', { flags: ['--access-token'] });
    await programs.run('kubectl', ['config', 'set-context', '--current', '--user=forge']);
    await programs.run('kubectl', api);
    expect(secure.seen.at(-1)).toBe(`Bearer ${await accessToken()}`);
    expect(readFileSync(config.file, 'utf8')).not.toContain('# the one of the test');
    await programs.change('--uninstall', 'kubernetes', { flags: ['--access-token'] });
    const { stdout } = await programs.run('kubectl', ['config', 'get-users']);
    expect(stdout).toBe('NAME\nother\n');
  });

  it('adds its user to the first file of KUBECONFIG that is there, as kubectl does (v1beta1)', async () => {
    const list = { KUBECONFIG: [inHome('none'), inHome('first'), inHome('second')].join(':') };
    const first = placed('kind: Config\napiVersion: v1\n', 'first');
    const second = placed(kubeconfig(), 'second');
    await programs.change('--install', 'kubernetes', { env: list });
    second.expectRestored();
    writeFileSync(first.file, readFileSync(first.file, 'utf8').replace('io/v1', 'io/v1beta1'));
    await programs.run('kubectl', ['--user=forge', ...api], list);
    expect(secure.seen.at(-1)).toBe(`Bearer ${idToken}`);
  });
});

describeWith(['go', 'openssl'], 'go with GOAUTH', () => {
  it('lists the versions of a private module', async () => {
    const config = placed('GOFLAGS=-mod=mod\n', '.config/go/env');
    const settings = {
      GOPROXY: origin,
      GONOSUMDB: '*',
      GOTOOLCHAIN: 'local',
      GOPATH: join(programs.work, 'go'),
      GOCACHE: join(programs.work, 'go-cache'),
      SSL_CERT_FILE: authority.caFile,
    };
    await programs.change('--install', 'go');
    const { stdout } = await programs.run('go', ['list', '-m', '-versions', 'example.com/private'], settings);
    expect(stdout).toBe('example.com/private v1.0.0\n');
    expect(secure.seen.at(-1)).toBe(`Bearer ${await accessToken()}`);
    const own = await programs.run('go', ['env', 'GOAUTH'], settings);
    expect(own.stdout).toBe('netrc; oauth-login credential go forge\n');
    await programs.change('--uninstall', 'go');
    config.expectRestored();
  });
});

describeWith(['cargo'], 'cargo with the credential provider', () => {
  it('resolves a crate of a private registry, and asks the provider before for another one', async () => {
    const project = join(programs.work, 'crate');
    mkdirSync(join(project, 'src'), { recursive: true });
    writeFileSync(join(project, 'src/lib.rs'), '');
    const manifestPath = join(project, 'Cargo.toml');
    const wanted = (registry: string) =>
      writeFileSync(
        manifestPath,
        `[package]\nname = "own"\nversion = "0.1.0"\n[dependencies]\nhello = { version = "1", registry = "${registry}" }\n`,
      );
    const config = placed(
      [
        `[registries.forge] # ours\nindex = "sparse+${plain.origin}/index/"\n`,
        `[registries.other]\nindex = "sparse+${stranger.origin}/index/"\n`,
      ].join('\n'),
      '.cargo/config.toml',
    );
    await programs.change('--install', 'cargo');
    const resolve = (env = {}) =>
      programs.run('cargo', ['generate-lockfile', '--manifest-path', manifestPath], {
        CARGO_HOME: inHome('.cargo'),
        ...toolchain(),
        ...env,
      });
    wanted('forge');
    await resolve();
    expect(plain.seen.at(-1)).toBe(`Bearer ${await accessToken()}`);
    wanted('other');
    await expect(resolve({ CARGO_REGISTRIES_OTHER_TOKEN: 'of-another' })).rejects.toThrow();
    expect(stranger.seen).toContain('of-another');
    expect(stranger.seen.join()).not.toContain(await accessToken());
    await programs.change('--uninstall', 'cargo');
    config.expectRestored();
  });

  /** rustup keeps its toolchains in the home directory of the account, wherever HOME points. */
  function toolchain(): Readonly<Record<string, string>> {
    const { RUSTUP_HOME = join(userInfo().homedir, '.rustup') } = process.env;
    return { RUSTUP_HOME };
  }
});

describeWith(['terraform', 'openssl'], 'terraform with the credentials helper', () => {
  it('asks a private registry with the token', async () => {
    const project = join(programs.work, 'terraform');
    mkdirSync(project);
    const config = placed('disable_checkpoint = true\n', '.terraformrc');
    const said = await programs.change('--install', 'terraform');
    const link = inHome('.terraform.d/plugins/terraform-credentials-oauth-login');
    expect(said).toContain(`Made the link ${link}.`);
    writeFileSync(
      join(project, 'main.tf'),
      `terraform {\n  required_providers {\n    own = { source = "localhost:${secure.port}/ada/own" }\n  }\n}\n`,
    );
    const before = secure.seen.length;
    const init = programs.run('terraform', [`-chdir=${project}`, 'init', '-no-color'], {
      SSL_CERT_FILE: authority.caFile,
    });
    // The registry has no version of it, which it says only to somebody who is signed in.
    await expect(init).rejects.toThrow(/was not found in\s+any of the search locations/);
    expect(secure.seen.slice(before)).toContain(`Bearer ${await accessToken()}`);
    await programs.change('--uninstall', 'terraform');
    config.expectRestored();
    expect(existsSync(link)).toBe(false);
  });
});
