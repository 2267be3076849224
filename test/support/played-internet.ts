import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { catalogue } from '../../src/providers/catalogue.ts';
import { expandProvider } from '../../src/providers/expand.ts';
import { openidProvider } from '../../src/providers/openid.ts';
import type { Provider } from '../../src/providers/provider.ts';
import { openConnectProxy } from './connect-proxy.ts';
import { buildProgram } from './programs.ts';
import { type Play, playProvider } from './quirky-providers.ts';
import { json, text } from './quirky-replies.ts';
import { openQuirkyServer, type QuirkyServer } from './quirky-server.ts';
import { forward, readBody, send } from './reverse-proxy.ts';
import { openAuthority, serveHttps } from './tls.ts';

/** What `openPlayedInternet` needs to be installed. */
export const PLAYED_INTERNET_PROGRAMS = ['openssl'];

/**
 * The hosts of the presets that the examples use and `login.example.com`, played on this machine under their own names and over TLS:
 * a process that is given `env` and knows nothing of the play reaches them through its proxy.
 */
export interface PlayedInternet {
  /** HTTPS_PROXY and the certificate authority, for Node and for curl. */
  readonly env: Readonly<Record<string, string>>;
  /** A program for BROWSER: a person who is signed in everywhere and allows everything. */
  readonly browser: string;
  readonly server: QuirkyServer;
  close(): Promise<void>;
}

/** The presets whose hosts are played; the examples of the documentation need no others. */
const PLAYED_PRESETS = ['github', 'google', 'facebook', 'x', 'gitlab', 'microsoft', 'twitch', 'lichess'];

/** The made-up company of the examples, and its old server that knows nothing of OpenID Connect. */
const EXAMPLE_ISSUER = 'https://login.example.com';
const LEGACY_ORIGIN = 'https://legacy.example.com';

const ada = { sub: 'person-1815', name: 'Ada Lovelace', email: 'ada@example.com', email_verified: true };
const octocat = { id: 583231, login: 'octocat', name: 'The Octocat', email: 'octocat@github.com' };
const github: Play = {
  token: { access_token: 'gho_canary-access-of-octocat', scope: 'read:user,user:email' },
  profile: octocat,
};
const openid: Play = {
  token: { expires_in: 3600, refresh_token: 'canary-refresh-played' },
  idToken: ada,
  profile: { ...ada, preferred_username: 'ada' },
};
const plays: Readonly<Record<string, Play>> = {
  github,
  facebook: { token: { expires_in: 5183944 }, profile: { id: '1815', name: ada.name, email: ada.email } },
  lichess: { token: { expires_in: 31536000 }, profile: { id: 'ada', username: 'Ada' } },
  legacy: { token: { expires_in: 3600 }, profile: { ...ada, preferred_username: 'ada' } },
  x: { token: { expires_in: 7200 }, profile: { data: { id: '1815', username: 'ada', name: ada.name } } },
};

/** Opens it all; every host of a preset, `git.example.com` for GitLab and `github.example.com` for GitHub included. */
export async function openPlayedInternet(): Promise<PlayedInternet> {
  const server = await openQuirkyServer();
  const providers = playedProviders();
  for (const provider of providers) {
    playProvider(server, provider, plays[provider.name] ?? openid);
    playRevocation(server, provider);
    playDevice(server, provider);
  }
  server.on(`/login.example.com/.well-known/openid-configuration`, json(exampleMetadata()));
  server.on('/api.example.com/orders', json([{ order: 1 }]));

  const authority = await openAuthority();
  const names = [...hostsOf(providers), 'api.example.com'].map((host) => `DNS:${host}`);
  const tls = await serveHttps(await authority.issue(names), async (request, response) => {
    request.url = `/${request.headers.host}${request.url}`;
    send(response, await forward(request, await readBody(request), server.origin));
  });
  const proxy = await openConnectProxy({ port: tls.port });
  const program = await buildProgram('plain-browser');
  const directory = mkdtempSync(join(tmpdir(), 'oauth-login-browser-'));
  const browser = join(directory, 'browser');
  writeFileSync(
    browser,
    `#!/bin/sh\nPLAYED_INTERNET=${server.origin} exec '${process.execPath}' '${program.path}' "$@"\n`,
  );
  chmodSync(browser, 0o755);
  return {
    env: {
      HTTPS_PROXY: proxy.origin,
      NODE_EXTRA_CA_CERTS: authority.caFile,
      CURL_CA_BUNDLE: authority.caFile,
    },
    browser,
    server,
    close: async () => {
      await Promise.all([proxy.close(), tls.close(), server.close(), authority.remove()]);
      program.remove();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

function playedProviders(): Provider[] {
  const hosted = [
    ['github', { host: 'github.example.com' }],
    ['gitlab', { host: 'git.example.com' }],
    ['microsoft', { tenant: 'organizations' }],
  ] as const;
  return [
    ...[...catalogue.values()]
      .filter(({ name }) => PLAYED_PRESETS.includes(name))
      .map((preset) => expandProvider(preset)),
    ...hosted.map(([name, place]) => {
      const preset = catalogue.get(name);
      if (preset === undefined) {
        throw new Error(`there is no preset ${name}`);
      }
      return expandProvider(preset, place);
    }),
    { ...openidProvider('work', 'Work', EXAMPLE_ISSUER), endpoints: endpointsAt(EXAMPLE_ISSUER) },
    { ...openidProvider('legacy', 'Legacy', LEGACY_ORIGIN), endpoints: endpointsAt(LEGACY_ORIGIN) },
  ];
}

/** Hands out a code that is allowed at once (RFC 8628 §3.2). */
function playDevice(server: QuirkyServer, { endpoints, issuer }: Provider): void {
  if (endpoints.device_authorization_endpoint === undefined) {
    return;
  }
  const verificationUri = new URL('/login/device', issuer).href;
  const codes = {
    device_code: 'canary-device-code',
    user_code: 'WDJB-MJHT',
    verification_uri: verificationUri,
  };
  server.at(endpoints.device_authorization_endpoint, json({ ...codes, expires_in: 900, interval: 1 }));
}

/** GitHub's and Facebook's own ways; RFC 7009 is played already. */
function playRevocation(server: QuirkyServer, { revocation }: Provider): void {
  if (revocation.kind !== 'request') {
    return;
  }
  const url = revocation.url.replace('{client_id}', 'my-client').replace('{sub}', '1815');
  const { pathname } = new URL(server.placeOf(url));
  server.on(`${revocation.method} ${pathname}`, text('', 'text/plain', 204));
}

function endpointsAt(origin: string) {
  return {
    authorization_endpoint: `${origin}/authorize`,
    token_endpoint: `${origin}/token`,
    userinfo_endpoint: `${origin}/userinfo`,
    revocation_endpoint: `${origin}/revoke`,
    jwks_uri: `${origin}/keys`,
  };
}

function exampleMetadata() {
  return {
    issuer: EXAMPLE_ISSUER,
    ...endpointsAt(EXAMPLE_ISSUER),
    response_types_supported: ['code'],
    code_challenge_methods_supported: ['S256'],
    id_token_signing_alg_values_supported: ['RS256'],
    subject_types_supported: ['public'],
  };
}

function hostsOf(providers: readonly Provider[]): string[] {
  const hosts = [...JSON.stringify(providers).matchAll(/https:\/\/([a-z0-9.-]+)/g)].map(
    ([, host = '']) => host,
  );
  return [...new Set(hosts)];
}
