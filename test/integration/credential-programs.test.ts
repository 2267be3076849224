import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { userInfo } from 'node:os';
import { join } from 'node:path';
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
  await Promise.all([plain?.close(), secure?.close()]);
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

describeWith(['skopeo'], 'skopeo with the credential helper of docker', () => {
  it('reads an image of a registry that wants the token as password', async () => {
    const file = join(programs.work, 'auth.json');
    writeFileSync(file, JSON.stringify({ credHelpers: { [plain.host]: 'oauth-login' } }));
    const inspect = ['inspect', '--config', '--raw', '--tls-verify=false', '--authfile', file];
    const { stdout } = await programs.run('skopeo', [...inspect, `docker://${plain.host}/hello:latest`]);
    expect(stdout).toBe(imageConfig);
    const basic = Buffer.from(`oauth2:${await accessToken()}`).toString('base64');
    expect(plain.seen).toContain(`Basic ${basic}`);
  });
});

describeWith(['kubectl', 'openssl'], 'kubectl with the exec plugin', () => {
  const kubeconfig = (apiVersion: string) => ({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'c', cluster: { server: origin, 'certificate-authority': authority.caFile } }],
    users: [
      {
        name: 'u',
        user: {
          exec: {
            apiVersion,
            command: 'oauth-login',
            args: ['credential', 'kubernetes', 'forge'],
            provideClusterInfo: true,
            interactiveMode: 'Never',
          },
        },
      },
    ],
    contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
    'current-context': 'x',
  });

  it.each(['v1', 'v1beta1'])('signs in with the ID Token (%s)', async (version) => {
    const file = join(programs.work, 'kubeconfig');
    writeFileSync(file, JSON.stringify(kubeconfig(`client.authentication.k8s.io/${version}`)));
    const { stdout } = await programs.run('kubectl', ['--kubeconfig', file, 'get', '--raw', '/api']);
    expect(JSON.parse(stdout)).toMatchObject({ user: 'ada' });
    expect(secure.seen.at(-1)).toBe(`Bearer ${idToken}`);
  });
});

describeWith(['go', 'openssl'], 'go with GOAUTH', () => {
  it('lists the versions of a private module', async () => {
    const { stdout } = await programs.run('go', ['list', '-m', '-versions', 'example.com/private'], {
      GOAUTH: 'oauth-login credential go',
      GOPROXY: origin,
      GONOSUMDB: '*',
      GOFLAGS: '-mod=mod',
      GOENV: 'off',
      GOTOOLCHAIN: 'local',
      GOPATH: join(programs.work, 'go'),
      GOCACHE: join(programs.work, 'go-cache'),
      SSL_CERT_FILE: authority.caFile,
    });
    expect(stdout).toBe('example.com/private v1.0.0\n');
    expect(secure.seen.at(-1)).toBe(`Bearer ${await accessToken()}`);
  });
});

describeWith(['cargo'], 'cargo with the credential provider', () => {
  it('resolves a crate of a private registry', async () => {
    const project = join(programs.work, 'crate');
    mkdirSync(join(project, 'src'), { recursive: true });
    writeFileSync(join(project, 'src/lib.rs'), '');
    writeFileSync(
      join(project, 'Cargo.toml'),
      '[package]\nname = "own"\nversion = "0.1.0"\n[dependencies]\nhello = { version = "1", registry = "forge" }\n',
    );
    const registryConfig = `registries.forge.index="sparse+${plain.origin}/index/"`;
    const provider = 'registries.forge.credential-provider=["cargo-credential-oauth-login","forge"]';
    const manifestPath = join(project, 'Cargo.toml');
    await programs.run(
      'cargo',
      [
        '--config',
        registryConfig,
        '--config',
        provider,
        'generate-lockfile',
        '--manifest-path',
        manifestPath,
      ],
      { CARGO_HOME: join(programs.work, 'cargo'), ...toolchain() },
    );
    expect(plain.seen.at(-1)).toBe(`Bearer ${await accessToken()}`);
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
    const plugins = join(programs.home.home, '.terraform.d/plugins');
    mkdirSync(plugins, { recursive: true });
    writeFileSync(
      join(plugins, 'terraform-credentials-oauth-login'),
      `#!/bin/sh\nexec '${join(programs.work, 'bin/terraform-credentials-oauth-login')}' "$@"\n`,
      { mode: 0o755 },
    );
    const configuration = join(programs.work, 'terraformrc');
    writeFileSync(configuration, 'credentials_helper "oauth-login" {}\n');
    writeFileSync(
      join(project, 'main.tf'),
      `terraform {\n  required_providers {\n    own = { source = "localhost:${secure.port}/ada/own" }\n  }\n}\n`,
    );
    const before = secure.seen.length;
    const init = programs.run('terraform', [`-chdir=${project}`, 'init', '-no-color'], {
      TF_CLI_CONFIG_FILE: configuration,
      SSL_CERT_FILE: authority.caFile,
      CHECKPOINT_DISABLE: '1',
    });
    // The registry has no version of it, which it says only to somebody who is signed in.
    await expect(init).rejects.toThrow(/was not found in\s+any of the search locations/);
    expect(secure.seen.slice(before)).toContain(`Bearer ${await accessToken()}`);
  });
});
