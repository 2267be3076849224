import { generateKeyPair } from 'node:crypto';
import type { EventEmitter } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import { promisify } from 'node:util';
import type { JWK, Provider } from 'oidc-provider';
import { defined } from '../ground/defined.ts';
import { interactions } from './interactions.ts';
import type { People } from './person.ts';
import { people as everybody } from './person.ts';
import type { ConfidentialClient, FurtherConfiguration } from './provider-configuration.ts';
import { providerConfiguration } from './provider-configuration.ts';

/** What can be different from the provider that the demo shows; lifetimes are in seconds. */
export interface EmbeddedProviderOptions {
  /** The Issuer Identifier when something else stands in front of the provider; by default its own origin. */
  readonly issuer?: string;
  readonly clientId?: string;
  readonly confidentialClients?: readonly ConfidentialClient[];
  /** What the provider shall have beyond what signing in takes. */
  readonly further?: FurtherConfiguration;
  /** Adds to the provider what its configuration cannot, such as a grant of its own. */
  readonly extend?: (provider: Provider) => void;
  readonly people?: People;
  readonly signingKey?: JWK;
  readonly accessTokenLifetime?: number;
  readonly refreshTokenLifetime?: number;
  readonly idTokenLifetime?: number;
  /** Receives what went wrong inside the provider; nothing is ever printed. */
  readonly onError?: (error: Error) => void;
}

/** An OpenID provider that lives in this process, on a loopback port. */
export interface EmbeddedProvider {
  readonly issuer: string;
  /** Where it listens; the issuer, unless something stands in front of it. */
  readonly origin: string;
  /** The public native client: `http://127.0.0.1/callback` on any port (RFC 8252 §7.3). */
  readonly clientId: string;
  /** The secret of the first confidential client, if there is one. */
  readonly clientSecret?: string;
  readonly users: People;
  /** Tells of each code for another device, by the address that has it filled in already (RFC 8628 §3.3.1). */
  onUserCode(listener: (verificationUri: string) => void): void;
  close(): Promise<void>;
}

/** Starts the provider on an ephemeral port of 127.0.0.1. */
export async function startEmbeddedProvider(
  options: EmbeddedProviderOptions = {},
): Promise<EmbeddedProvider> {
  const [ProviderClass, signingKey] = await Promise.all([
    importProvider(),
    options.signingKey ?? generateSigningKey(),
  ]);
  let answer: RequestListener = (_request, response) => {
    response.writeHead(503).end();
  };
  const server = createServer((request, response) => answer(request, response));
  const origin = await listen(server);
  const issuer = options.issuer ?? origin;
  const clientId = options.clientId ?? 'demo';
  const users = options.people ?? everybody;
  const confidentialClients = options.confidentialClients ?? [];
  const provider = new ProviderClass(
    issuer,
    providerConfiguration({
      issuer,
      clientId,
      confidentialClients,
      further: options.further ?? {},
      people: users,
      signingKey,
      accessTokenLifetime: options.accessTokenLifetime ?? 300,
      refreshTokenLifetime: options.refreshTokenLifetime ?? 24 * 60 * 60,
      idTokenLifetime: options.idTokenLifetime ?? 300,
    }),
  );
  // Koa prints errors to the console unless somebody listens for them.
  const application: EventEmitter = provider;
  application.on('error', (error: Error) => options.onError?.(error));
  provider.on('server_error', (_context, error) => options.onError?.(error));
  provider.use(interactions(provider, users));
  options.extend?.(provider);
  answer = onlyForHost(new URL(issuer).host, provider.callback());
  const clientSecret = confidentialClients[0]?.clientSecret;
  return {
    issuer,
    origin,
    clientId,
    ...defined({ clientSecret }),
    users,
    onUserCode: (listener) => {
      provider.on('device_authorization.success', (_context, { verification_uri_complete: uri }) => {
        if (typeof uri === 'string') {
          listener(uri);
        }
      });
    },
    close: () => close(server),
  };
}

// The package's entry prints a warning on Node releases that it does not list, which would reach the End-User's
// terminal; the class itself lives one file further in. The build puts it, with all that it needs, into a file of ours.
async function importProvider(): Promise<typeof Provider> {
  return (await import('oidc-provider/lib/provider.js')).Provider;
}

async function generateSigningKey(): Promise<JWK> {
  const { privateKey } = await promisify(generateKeyPair)('rsa', { modulusLength: 2048 });
  return { ...privateKey.export({ format: 'jwk' }), kty: 'RSA', use: 'sig', alg: 'RS256' };
}

/** Refuses what was meant for another host, so that no web page reaches the provider under a name of its own. */
function onlyForHost(host: string, answer: RequestListener): RequestListener {
  return (request, response) => {
    if (request.headers.host === host) {
      answer(request, response);
    } else {
      response.writeHead(421, { connection: 'close' }).end();
    }
  };
}

async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') {
    throw new TypeError('the embedded provider has no port');
  }
  return `http://127.0.0.1:${address.port}`;
}

async function close(server: Server): Promise<void> {
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
