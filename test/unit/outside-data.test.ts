import { createSign, generateKeyPairSync } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import * as library from 'oauth4webapi';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openAccountStore } from '../../src/accounts/account-store.ts';
import { accountWords } from '../../src/accounts/account-words.ts';
import { readServiceAccount } from '../../src/grants/service-account.ts';
import { Secret } from '../../src/ground/secret.ts';
import { statusText } from '../../src/output/account-text.ts';
import { report } from '../../src/output/error-report.ts';
import { whoamiText } from '../../src/output/text.ts';
import { fetchProfile } from '../../src/profile/fetch-profile.ts';
import { requestDeviceAuthorization } from '../../src/protocol/device-authorization.ts';
import { exchangeDeviceCode } from '../../src/protocol/device-code-exchange.ts';
import { refreshTokens } from '../../src/protocol/refresh-request.ts';
import { revokeTokens } from '../../src/protocol/revocation.ts';
import { readSigningKey } from '../../src/protocol/signing-key.ts';
import type { TokenEndpoint } from '../../src/protocol/token-endpoint.ts';
import type { TokenSet } from '../../src/protocol/token-set.ts';
import { requestUnattendedTokens } from '../../src/protocol/unattended-token-request.ts';
import { verifyIdToken } from '../../src/protocol/verify-id-token.ts';
import { openidProvider } from '../../src/providers/openid.ts';
import type { ResolvedProvider } from '../../src/providers/provider.ts';
import { resolveProvider } from '../../src/providers/resolve.ts';
import { readClientFile } from '../../src/settings/client-file.ts';
import { readConfiguration } from '../../src/settings/configuration.ts';
import { chooseTarget } from '../../src/settings/target.ts';
import { accountHead } from '../support/account-head.ts';
import { deep, mutatedDocument, mutatedText } from '../support/mutated-document.ts';
import { github, google } from '../support/presets.ts';
import { temporaryDirectory } from '../support/programs.ts';
import { storeContext } from '../support/store-context.ts';

/** So many documents for each reader; fast-check prints the seed and the path of one that fails. */
const RUNS = { numRuns: 100 };
/** Milliseconds for one document, on a machine that does other things as well. */
const PATIENCE = 20_000;

const issuer = 'https://as.example';
const metadata = {
  issuer,
  authorization_endpoint: `${issuer}/authorize`,
  token_endpoint: `${issuer}/token`,
  userinfo_endpoint: `${issuer}/userinfo`,
  revocation_endpoint: `${issuer}/revoke`,
  device_authorization_endpoint: `${issuer}/device`,
  jwks_uri: `${issuer}/keys`,
  scopes_supported: ['openid', 'offline_access'],
  response_types_supported: ['code'],
  response_modes_supported: ['query'],
  grant_types_supported: ['authorization_code'],
  token_endpoint_auth_methods_supported: ['client_secret_post'],
  code_challenge_methods_supported: ['S256'],
  id_token_signing_alg_values_supported: ['RS256'],
  userinfo_signing_alg_values_supported: ['RS256'],
  authorization_response_iss_parameter_supported: true,
  require_pushed_authorization_requests: false,
};
const { device_authorization_endpoint, ...endpoints } = metadata;
const provider: ResolvedProvider = {
  ...openidProvider('work', 'Work', issuer),
  endpoints: { ...pick(endpoints), device_authorization_endpoint },
  metadata,
  discovered: [],
};
const keys = generateKeyPairSync('rsa', { modulusLength: 2048 });
const jwk = {
  ...keys.publicKey.export({ format: 'jwk' }),
  kid: 'one',
  alg: 'RS256',
  use: 'sig',
  key_ops: ['verify'],
};
const token = new Secret('CANARY-access-token-1815');
const tokenReply = {
  access_token: 'a-token-of-the-reply',
  token_type: 'Bearer',
  expires_in: 3600,
  refresh_token: 'rt',
  scope: 'a b',
};
const userInfo = {
  sub: 'ada',
  name: 'Ada',
  email: 'ada@example.org',
  email_verified: true,
  picture: `${issuer}/p`,
  groups: ['a', 'b'],
};

function pick(all: typeof endpoints) {
  const { authorization_endpoint, token_endpoint, userinfo_endpoint, revocation_endpoint, jwks_uri } = all;
  return { authorization_endpoint, token_endpoint, userinfo_endpoint, revocation_endpoint, jwks_uri };
}

const strangeReply: fc.Arbitrary<Framing> = fc.record({
  status: fc.constantFrom(200, 200, 200, 200, 201, 400, 401, 403, 404, 429, 500, 503),
  type: fc.constantFrom(
    'application/json',
    'application/json',
    'application/jwt',
    'text/html',
    'application/x-www-form-urlencoded',
    '',
  ),
  challenge: fc.option(
    fc.oneof(fc.constantFrom('Bearer error="invalid_token"', 'Basic', '=,"'), fc.string()),
    { freq: 4 },
  ),
  retryAfter: fc.option(fc.constantFrom('7', '-1', 'never', '9'.repeat(400)), { freq: 5 }),
});

const plainReply: Framing = { status: 200, type: 'application/json', challenge: null, retryAfter: null };
const reply = fc.oneof(strangeReply, fc.constant(plainReply));

/** What a document comes in. */
interface Framing {
  readonly status: number;
  readonly type: string;
  readonly challenge: string | null;
  readonly retryAfter: string | null;
}

/** The text as a response; what no header may hold is left out. */
function responseOf(body: string, { status, type, challenge, retryAfter }: Framing): Response {
  const headers = new Headers();
  const given = { 'content-type': type, 'www-authenticate': challenge, 'retry-after': retryAfter };
  for (const [name, value] of Object.entries(given)) {
    if (value !== null && value !== '' && /^[\x20-\x7e]*$/.test(value)) {
      headers.set(name, value);
    }
  }
  return new Response(body, { status, headers });
}

function signed(claims: string, header: object = { alg: 'RS256', kid: 'one' }): string {
  const input = `${Buffer.from(JSON.stringify(header)).toString('base64url')}.${Buffer.from(claims).toString('base64url')}`;
  return `${input}.${createSign('sha256').update(input).sign(keys.privateKey, 'base64url')}`;
}

function endpointWith(fetch: TokenEndpoint['fetch']): TokenEndpoint {
  return {
    provider,
    client: {
      clientId: 'client',
      clientAuthentication: 'client_secret_post',
      clientSecret: new Secret('CANARY-secret'),
    },
    fetch,
    allowHttpLoopback: false,
    now: () => new Date(),
    requestedScopes: ['openid'],
  };
}

/** Reads a document; whatever comes of it is an answer in harmless text, or an error of the family that says it harmlessly. */
async function survive(read: () => Promise<string>): Promise<boolean> {
  let said = '';
  let exitCode = 0;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error('it hangs')), PATIENCE);
  });
  try {
    said = await Promise.race([read(), late]);
  } catch (error) {
    exitCode = report(error, [], { write: (text) => (said += text) });
    // What is thrown here is the reason that fast-check prints.
    if (exitCode === 1) {
      throw error;
    }
  } finally {
    clearTimeout(timer);
  }
  expect(said).not.toMatch(/(?!\n)\p{Cc}|\p{Cf}|[\u2028\u2029]/u);
  expect(said).not.toContain('CANARY');
  return exitCode === 0;
}

/** Every reader gets its own documents; some of them are still good, or nothing was tried. */
async function tryAll<T extends unknown[]>(
  arbitrary: fc.Arbitrary<T>,
  read: (...values: T) => Promise<string>,
): Promise<void> {
  let answered = 0;
  await fc.assert(
    fc.asyncProperty(arbitrary, async (values) => {
      if (await survive(() => read(...values))) {
        answered += 1;
      }
    }),
    RUNS,
  );
  expect(answered).toBeGreaterThan(0);
}

const tokensText = ({ scopes, expiresAt }: TokenSet) =>
  `${scopes.join(' ')} ${expiresAt?.toISOString() ?? ''}`;

describe('nothing that a server sends is a mistake of ours, hangs, or reaches the terminal as it is', () => {
  it('metadata', () =>
    tryAll(fc.tuple(mutatedDocument(metadata), reply), async (text, framing) => {
      const resolved = await resolveProvider(openidProvider('work', 'Work', issuer), {
        fetch: async () =>
          responseOf(text, { ...framing, status: framing.status > 400 ? 200 : framing.status }),
        allowHttpLoopback: false,
      });
      return Object.values(resolved.endpoints).join(' ');
    }));

  it('token responses, to every grant', () =>
    tryAll(
      fc.tuple(
        mutatedDocument(tokenReply),
        reply,
        fc.constantFrom('refresh', 'device', 'client_credentials', 'other'),
      ),
      async (text, framing, grant) => {
        const endpoint = endpointWith(async () => responseOf(text, framing));
        const secret = new Secret('CANARY-refresh-token');
        if (grant === 'refresh') {
          return tokensText(await refreshTokens(endpoint, secret, {}));
        }
        if (grant === 'device') {
          return tokensText(await exchangeDeviceCode(endpoint, secret));
        }
        return tokensText(await requestUnattendedTokens(endpoint, { grantType: grant, parameters: [] }));
      },
    ));

  it('device authorization responses', () => {
    const valid = {
      device_code: 'a-device-code',
      user_code: 'ABCD-EFGH',
      verification_uri: `${issuer}/device`,
      verification_uri_complete: `${issuer}/device?c`,
      expires_in: 600,
      interval: 5,
    };
    return tryAll(fc.tuple(mutatedDocument(valid), reply), async (text, framing) => {
      const { userCode, verificationUri, expiresIn } = await requestDeviceAuthorization(
        endpointWith(async () => responseOf(text, framing)),
      );
      return `${userCode} ${verificationUri} ${expiresIn}`;
    });
  });

  it('revocation responses', () =>
    tryAll(
      fc.tuple(mutatedDocument({ error: 'invalid_request', error_description: 'no' }), reply),
      async (text, framing) => {
        const { provider: asked, client, allowHttpLoopback } = endpointWith(fetch);
        const request = {
          provider: asked,
          client,
          allowHttpLoopback,
          subject: 'ada',
          fetch: async () => responseOf(text, framing),
        };
        const outcome = await revokeTokens(request, { accessToken: token });
        if ('error' in outcome) {
          throw outcome.error;
        }
        return outcome.kind;
      },
    ));

  it('sets of keys', () =>
    tryAll(
      fc.tuple(mutatedDocument({ keys: [jwk, { ...jwk, kid: 'two' }] }), reply),
      async (text, framing) => {
        const now = Math.floor(Date.now() / 1000);
        const idToken = signed(
          JSON.stringify({ iss: issuer, sub: 'ada', aud: 'client', iat: now, exp: now + 60 }),
        );
        const expected = { accessToken: token.reveal(), client: { client_id: 'client' }, now: new Date() };
        await verifyIdToken(
          library,
          endpointWith(async () => responseOf(text, framing)),
          { idToken, ...expected },
        );
        return '';
      },
    ));

  it('ID Tokens, signed as they should be', () => {
    const now = Math.floor(Date.now() / 1000);
    const claims = {
      iss: issuer,
      sub: 'ada',
      aud: ['client'],
      azp: 'client',
      iat: now,
      exp: now + 600,
      nonce: 'n',
      at_hash: 'x',
    };
    const headers = fc.oneof(
      { weight: 4, arbitrary: fc.constant({ alg: 'RS256', kid: 'one' }) },
      fc.record(
        { alg: fc.jsonValue(), kid: fc.jsonValue(), typ: fc.jsonValue(), crit: fc.jsonValue() },
        { requiredKeys: [] },
      ),
    );
    return tryAll(
      fc.tuple(mutatedDocument({ ...claims, at_hash: undefined }), headers),
      async (text, header) => {
        const fetching = endpointWith(async () => Response.json({ keys: [jwk] }));
        const expected = { accessToken: 'at', client: { client_id: 'client' }, now: new Date() };
        const verified = await verifyIdToken(library, fetching, {
          idToken: signed(text, header),
          ...expected,
        });
        return whoamiText({ provider: 'work', sub: verified?.sub ?? '', raw: {} }, 'Work');
      },
    );
  });

  it('UserInfo, plain and signed, and the profiles of an API', () =>
    tryAll(
      fc.tuple(mutatedDocument(userInfo), reply, fc.constantFrom('plain', 'signed', 'own')),
      async (text, framing, kind) => {
        const isOwn = kind === 'own';
        const asked = isOwn
          ? { ...provider, profile: { ...provider.profile, url: `${issuer}/me` } }
          : provider;
        const answer = () =>
          kind === 'signed'
            ? responseOf(signed(text), { ...framing, type: 'application/jwt' })
            : responseOf(text, framing);
        const profile = await fetchProfile(asked, {
          accessToken: token,
          clientId: 'client',
          fetch: async (input) =>
            String(input) === metadata.jwks_uri ? Response.json({ keys: [jwk] }) : answer(),
        });
        return profile === undefined ? '' : whoamiText(profile, 'Work');
      },
    ));
});

describe('nothing that stands in a file is a mistake of ours, hangs, or reaches the terminal as it is', () => {
  let directory: ReturnType<typeof temporaryDirectory>;
  beforeAll(() => {
    directory = temporaryDirectory();
  });
  afterAll(() => directory.remove());

  it('config.json', () => {
    const paths = { configDir: join(directory.path, 'config'), dataDir: directory.path };
    mkdirSync(paths.configDir);
    const valid = {
      store: 'file',
      default_account: 'de89bd7c6825ede37e374bdc7b89165c',
      providers: {
        work: {
          issuer,
          label: 'Work',
          client_id: 'client',
          client_authentication: 'client_secret_post',
          token_type: 'bearer',
          scopes: ['openid'],
          parameters: { prompt: 'login' },
          endpoints: { jwks_uri: `${issuer}/keys` },
          redirect_uri: 'http://127.0.0.1/callback',
          trusted_audiences: ['api'],
          api_origins: [issuer],
        },
        code: { preset: 'github', host: 'git.example' },
      },
    };
    return tryAll(fc.tuple(mutatedDocument(valid)), async (text) => {
      writeFileSync(join(paths.configDir, 'config.json'), text);
      const configuration = await readConfiguration(paths);
      return [...configuration.providers.keys()]
        .map((name) => chooseTarget(name, {}, configuration).provider)
        .map(({ label, issuer: own }) => `${label} ${own}`)
        .join(' ');
    });
  });

  it('the files of accounts, of client secrets and of the sealing key', async () => {
    const dataDir = join(directory.path, 'data');
    const store = () => openAccountStore(storeContext(dataDir));
    const head = accountHead();
    await store().write(head, { accessToken: token });
    const client = { issuer, clientId: 'client' };
    await store().writeClientSecret({ ...client, provider: 'work' }, new Secret('CANARY-secret'), 'file');
    const files = ['accounts', 'clients', 'keys'].flatMap((folder) =>
      existsSync(join(dataDir, folder))
        ? readdirSync(join(dataDir, folder))
            .filter((name) => /\.(?:account|client|key)$/.test(name))
            .map((name) => join(dataDir, folder, name))
        : [],
    );
    expect(files.length).toBe(3);
    const originals = new Map(files.map((file) => [file, readFileSync(file, 'utf8')]));
    const change = fc.constantFrom(...files).chain((file) => {
      const original = originals.get(file) ?? '';
      const [title = '', second = '', ...rest] = original.split('\n');
      const lines =
        rest.length === 0
          ? []
          : [
              mutatedDocument(JSON.parse(title)).map((line) => [line, second, ...rest].join('\n')),
              mutatedDocument(JSON.parse(second)).map((line) => [title, line, ...rest].join('\n')),
            ];
      return fc.tuple(fc.constant(file), fc.oneof(fc.constant(original), mutatedText(original), ...lines));
    });
    await tryAll(change, async (file, text) => {
      writeFileSync(file, text);
      try {
        const { accounts, problems } = await store().list();
        const listed = accounts
          .map((one) => statusText(one, accountWords(one, accounts), false, new Date()))
          .join('');
        const faults: string[] = problems.map(({ error }) => `${error.message} ${error.hint}`);
        const found = await store().read(head.id);
        if (found !== undefined) {
          await store().readSecrets(found);
        }
        await store().readClientSecret(client);
        return `${listed}\n${faults.join('\n')}`;
      } finally {
        writeFileSync(file, originals.get(file) ?? '');
      }
    });
  });

  it('client files, service accounts and private keys', async () => {
    const file = join(directory.path, 'given.json');
    const installed = {
      installed: { client_id: 'id', client_secret: 'CANARY-secret', redirect_uris: ['http://localhost'] },
    };
    const pem = keys.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    const account = {
      type: 'service_account',
      client_email: 'a@b.example',
      private_key: pem,
      private_key_id: '1',
      token_uri: `${issuer}/token`,
    };
    const text = fc.oneof(
      mutatedDocument(installed),
      mutatedDocument(account),
      mutatedDocument(keys.privateKey.export({ format: 'jwk' })),
      mutatedText(pem),
      fc.constant(JSON.stringify(installed)),
    );
    await tryAll(fc.tuple(text, fc.constantFrom('client', 'service', 'key')), async (given, kind) => {
      writeFileSync(file, given);
      const { signal } = new AbortController();
      if (kind === 'client') {
        return (await readClientFile(file, google, { signal })).clientId;
      }
      if (kind === 'service') {
        return readServiceAccount(given, 'given.json')?.clientEmail ?? '';
      }
      return (await readSigningKey(given, 'given.json')).algorithm;
    });
  });
});

describe('what was read as a mistake of ours before', () => {
  it.each([5_000, 200_000])('a member that nests %i times deep, in every reply', async (levels) => {
    const nested = JSON.stringify({ one: 1 }).replace('1}', `${'['.repeat(levels)}${']'.repeat(levels)}}`);
    for (const [status, body] of [
      [200, nested.replace('"one"', '"access_token"')],
      [200, `{"access_token":"at","token_type":"bearer","more":${nested}}`],
      [400, `{"error":${nested}}`],
    ] as const) {
      const endpoint = endpointWith(async () =>
        responseOf(body, { status, type: 'application/json', challenge: null, retryAfter: null }),
      );
      await survive(async () => tokensText(await refreshTokens(endpoint, new Secret('rt'), {})));
      await survive(async () => (await requestDeviceAuthorization(endpoint)).userCode);
      await survive(
        async () => (await revokeTokens({ ...endpoint, subject: 'ada' }, { accessToken: token })).kind,
      );
    }
    expect(deep(3)).toEqual([[[]]]);
  });

  it('the own profile of a preset', async () => {
    const asked = {
      ...github,
      endpoints: {},
      discovered: [],
      metadata: { issuer },
      profile: { ...github.profile, url: `${issuer}/me` },
    };
    const options = { accessToken: token, clientId: 'client' };
    for (const body of [
      '{"id":1,"login":[[[[]]]]}',
      '{"id":{"id":1}}',
      'null',
      '7',
      '"x"',
      '[]',
      '{"id":1e400}',
    ]) {
      await survive(async () => {
        const profile = await fetchProfile(asked, { ...options, fetch: async () => new Response(body) });
        return profile === undefined ? '' : whoamiText(profile, 'GitHub');
      });
    }
  });
});
