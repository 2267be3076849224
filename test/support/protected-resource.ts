import { createServer } from 'node:http';
import { type AuthorizationServer, startAuthorizationServer } from './authorization-server.ts';
import { listenOnLoopback, type Reply, readBody, send } from './reverse-proxy.ts';

/** A request as the resource got it. */
export interface ResourceRequest {
  readonly method: string;
  readonly path: string;
  readonly authorization: string | undefined;
  /** The proof of a token that is bound to a key (RFC 9449). */
  readonly dpop: string | undefined;
}

/** A protected resource (RFC 9728) at `/mcp`; what it says of itself can be replaced. */
export interface ProtectedResourceServer {
  readonly origin: string;
  /** Its resource identifier, which is also its address. */
  readonly identifier: string;
  readonly requests: readonly ResourceRequest[];
  requestsTo(path: string): readonly ResourceRequest[];
  /** Answers that path from now on. */
  on(path: string, answer: (request: ResourceRequest) => Partial<Reply> | undefined): void;
  close(): Promise<void>;
}

const METADATA = '/.well-known/oauth-protected-resource/mcp';

/** JSON as a reply. */
export function jsonReply(document: unknown, status = 200): Partial<Reply> {
  const body = Buffer.from(JSON.stringify(document));
  return { status, headers: { 'content-type': 'application/json' }, body };
}

/** Starts a resource that takes the tokens for which `isValid` is true. */
export async function startProtectedResource(options: {
  readonly issuers: readonly string[];
  readonly isValid?: (token: string) => boolean;
  readonly scope?: string;
  readonly metadata?: object;
}): Promise<ProtectedResourceServer> {
  const requests: ResourceRequest[] = [];
  const answers = new Map<string, (request: ResourceRequest) => Partial<Reply> | undefined>();
  const server = createServer((incoming, response) => {
    void readBody(incoming).then(() => {
      const { pathname } = new URL(incoming.url ?? '/', 'http://resource.invalid');
      const { authorization, dpop } = incoming.headers;
      const proof = typeof dpop === 'string' ? dpop : undefined;
      const request = { method: incoming.method ?? '', path: pathname, authorization, dpop: proof };
      requests.push(request);
      const reply = answers.get(pathname)?.(request) ?? { status: 404 };
      send(response, { status: 200, headers: {}, body: Buffer.alloc(0), ...reply });
    });
  });
  const origin = await listenOnLoopback(server);
  const identifier = `${origin}/mcp`;
  const scope = options.scope === undefined ? '' : `, scope="${options.scope}"`;
  answers.set('/mcp', ({ authorization = '' }) =>
    options.isValid?.(authorization.replace(/^Bearer /, '')) === true
      ? jsonReply({ answer: 'for the bearer' })
      : {
          status: 401,
          headers: { 'www-authenticate': `Bearer resource_metadata="${origin}${METADATA}"${scope}` },
        },
  );
  answers.set(METADATA, () =>
    jsonReply({ resource: identifier, authorization_servers: options.issuers, ...options.metadata }),
  );
  return {
    origin,
    identifier,
    requests,
    requestsTo: (path) => requests.filter((request) => request.path === path),
    on: (path, answer) => void answers.set(path, answer),
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}

/**
 * An authorization server that registers anybody, gives tokens for the resource that is asked for (RFC 8707), and binds
 * them to a key where a request has a proof (RFC 9449).
 */
export function startServerOfResources(scopes = 'files:read files:write'): Promise<AuthorizationServer> {
  return startAuthorizationServer({
    further: {
      scopes: scopes.split(' '),
      features: {
        registration: { enabled: true },
        registrationManagement: { enabled: true },
        dPoP: { enabled: true },
        resourceIndicators: {
          enabled: true,
          useGrantedResource: async () => true,
          getResourceServerInfo: async (_ctx, audience) => ({
            scope: scopes,
            audience,
            accessTokenFormat: 'opaque',
            accessTokenTTL: 3600,
          }),
        },
      },
    },
  });
}
