import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findPreset } from '../../src/providers/catalogue.ts';
import { expandProvider } from '../../src/providers/expand.ts';
import { openidProvider } from '../../src/providers/openid.ts';
import type { Endpoints, Provider } from '../../src/providers/provider.ts';
import { openPlayedCommandLine, type PlayedCommandLine } from '../support/played-command-line.ts';
import { parametersOf } from '../support/preset-at-the-wire.ts';
import { PRODUCTS, type ProductMetadata } from '../support/product-metadata.ts';
import { type PlayedProvider, playProvider } from '../support/quirky-providers.ts';
import { json } from '../support/quirky-replies.ts';
import { openQuirkyServer, type QuirkyServer } from '../support/quirky-server.ts';

let server: QuirkyServer;
let line: PlayedCommandLine;

beforeEach(async () => {
  server = await openQuirkyServer();
  line = openPlayedCommandLine(server);
});
afterEach(async () => {
  line.close();
  await server.close();
});

const person = { sub: 'u-1815', name: 'Ada Lovelace', preferred_username: 'ada', email: 'ada@acme.example' };
const client = ['--client-id', 'client.id'];

/** Plays a server with that document: the metadata at its place, every endpoint at its own. */
function playProduct({ typed, document }: ProductMetadata): PlayedProvider {
  const place = `${typed.replace(/\/$/, '')}/.well-known/openid-configuration`;
  server.at(place, json(document));
  return play({ ...openidProvider('played', 'Played', document.issuer), endpoints: endpointsOf(document) });
}

function play(provider: Provider, issuer = provider.issuer): PlayedProvider {
  return playProvider(
    server,
    { ...provider, issuer },
    {
      token: { expires_in: 3600 },
      idToken: person,
      profile: person,
      // Sent by those that announce it, and harmless with the others (RFC 9207).
      iss: issuer,
    },
  );
}

function endpointsOf(document: Readonly<Record<string, unknown>>): Partial<Endpoints> {
  return Object.fromEntries(
    Object.entries(document).filter(
      ([name, value]) => /(_endpoint|^jwks_uri)$/.test(name) && typeof value === 'string',
    ),
  );
}

const leadsElsewhere: Readonly<Record<string, { readonly command: string; readonly preset: string }>> = {
  'Entra ID, common': { command: 'oauth-login microsoft', preset: 'microsoft' },
  Google: { command: 'oauth-login google', preset: 'google' },
};
const signsIn = PRODUCTS.filter(({ product }) => leadsElsewhere[product] === undefined);
const silent = ['Entra ID, one tenant', 'Cognito', 'Apple', 'Salesforce', 'PingFederate', 'AD FS'];

describe('the metadata of a product, fed as an issuer', () => {
  it('are fourteen', () => {
    expect(new Set(PRODUCTS.map(({ product }) => product)).size).toBe(14);
  });

  it.each(signsIn.map((product) => [product.product, product] as const))(
    '%s: signs in at the first try, with S256, state and nonce',
    async (_name, product) => {
      const played = playProduct(product);
      const outcome = await line.run(product.typed, ...client);
      expect(outcome).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('Ada Lovelace') });
      const [request] = played.authorizationRequests;
      const asked = parametersOf(request?.query ?? new URLSearchParams());
      expect(asked).toMatchObject({ code_challenge_method: 'S256', state: expect.any(String) });
      expect(asked.nonce).toMatch(/^[\w-]{43}$/);
    },
  );

  it.each(signsIn.map((product) => [product.product, product] as const))(
    '%s: whoami, token and the next sign-in find it by what was typed',
    async (_name, product) => {
      playProduct(product);
      expect((await line.run(product.typed, ...client)).exitCode).toBe(0);
      for (const command of ['whoami', 'token']) {
        expect(await line.run(command, product.typed), command).toMatchObject({ exitCode: 0 });
      }
      expect(await line.run(product.typed), 'without --client-id').toMatchObject({ exitCode: 0 });
      expect((await line.run('status')).stdout.match(/Ada Lovelace/g)).toHaveLength(1);
    },
  );

  it.each(Object.entries(leadsElsewhere))(
    '%s: ends before the browser with the command that signs in',
    async (name, { command, preset }) => {
      const product = PRODUCTS.find((each) => each.product === name) ?? expect.unreachable(name);
      playProduct(product);
      const refused = await line.run(product.typed, ...client);
      expect(refused).toMatchObject({ exitCode: 2, stderr: expect.stringContaining(command) });
      expect(line.opened).toEqual([]);

      const row = expandProvider(findPreset(preset) ?? expect.unreachable(preset));
      const tid = '3a1d9c52-6b1f-4f0e-9a77-0c5d2e8b4f10';
      const issuer = row.issuer.replace('/common/', `/${tid}/`);
      playProvider(server, { ...row, issuer }, { idToken: { ...person, tid }, profile: person });
      const env = { ...line.context.env, OAUTH_LOGIN_GOOGLE_CLIENT_SECRET: 'canary-secret-of-google' };
      const [, ...argv] = command.split(' ');
      expect(await line.runIn({ env }, ...argv, ...client)).toMatchObject({ exitCode: 0 });
    },
  );
});

describe('T07 a product that does not say which methods of PKCE it supports', () => {
  it.each(PRODUCTS.map((product) => [product.product, product] as const))(
    '%s: exactly those without a list are told of, in one line',
    async (name, product) => {
      playProduct(product);
      const { stderr } = await line.run(product.typed, ...client);
      const told = stderr.split('\n').filter((text) => text.includes('does not say whether it checks PKCE'));
      // Of Entra ID it is known that it does.
      expect(told).toHaveLength(silent.includes(name) && !name.startsWith('Entra') ? 1 : 0);
    },
  );

  it('is what six of them are', () => {
    const without = PRODUCTS.filter(
      ({ document }) => document.code_challenge_methods_supported === undefined,
    );
    expect(without.map(({ product }) => product)).toEqual(expect.arrayContaining(silent));
  });
});
