import { json } from './quirky-replies.ts';
import { openQuirkyServer, type QuirkyServer } from './quirky-server.ts';

/** A directory of DIDs, a server that holds people's data, and the authorization server that it names. */
export interface AtprotoNetwork {
  readonly directory: QuirkyServer;
  readonly pds: QuirkyServer;
  readonly server: QuirkyServer;
  /** The entry of `config.json` with which Bluesky is this network. */
  readonly entry: object;
  /** The document of a DID from now on; members may be replaced. */
  person(did: string, handle: string | undefined, changes?: object): void;
  /** Who signs in from now on, and what else the token response says. */
  signsIn(sub: unknown, changes?: object): void;
  close(): Promise<void>;
}

/** A DID of the directory, made from one letter. */
export function didOf(letter: string): string {
  return `did:plc:${letter.repeat(24)}`;
}

/** Starts a network whose people are asked nothing at sign-in. */
export async function startAtprotoNetwork(): Promise<AtprotoNetwork> {
  const [directory, pds, server] = await Promise.all([
    openQuirkyServer(),
    openQuirkyServer(),
    openQuirkyServer(),
  ]);
  const { origin } = server;
  let granted: object = {};
  pds.on(
    '/.well-known/oauth-protected-resource',
    json({ resource: pds.origin, authorization_servers: [origin] }),
  );
  server.on('/.well-known/oauth-authorization-server', json(metadataOf(origin)));
  const pushed = new Map<string, URLSearchParams>();
  server.on('/par', (request, response, quirky) => {
    const uri = `urn:ietf:params:oauth:request_uri:${pushed.size}`;
    const isProved = request.headers.dpop !== undefined;
    pushed.set(uri, new URLSearchParams(request.body));
    const reply = isProved ? { request_uri: uri, expires_in: 60 } : { error: 'invalid_dpop_proof' };
    return json(reply, isProved ? 201 : 400)(request, response, quirky);
  });
  server.on('/authorize', ({ query }, response) => {
    const asked = pushed.get(query.get('request_uri') ?? '');
    const back = new URL(asked?.get('redirect_uri') ?? 'http://127.0.0.1:9/');
    back.searchParams.set('code', 'code-of-alice');
    back.searchParams.set('state', asked?.get('state') ?? '');
    back.searchParams.set('iss', origin);
    response.writeHead(302, { location: back.href }).end();
  });
  server.on('/token', (request, response, quirky) => {
    const isProved = request.headers.dpop !== undefined;
    const tokens = { access_token: 'canary-atproto-token', token_type: 'DPoP', scope: 'atproto' };
    const reply = isProved ? { ...tokens, expires_in: 300, ...granted } : { error: 'invalid_dpop_proof' };
    return json(reply, isProved ? 200 : 400)(request, response, quirky);
  });
  return {
    directory,
    pds,
    server,
    entry: { identity: { kind: 'atproto', directory: directory.origin } },
    person: (did, handle, changes) => {
      const service = {
        id: '#atproto_pds',
        type: 'AtprotoPersonalDataServer',
        serviceEndpoint: pds.origin,
      };
      const alsoKnownAs = handle === undefined ? [] : [`at://${handle}`];
      directory.on(`/${did}`, json({ id: did, alsoKnownAs, service: [service], ...changes }));
    },
    signsIn: (sub, changes) => {
      granted = { sub, ...changes };
    },
    close: async () => {
      await Promise.all([directory.close(), pds.close(), server.close()]);
    },
  };
}

/** What the authorization server at that origin publishes. */
export function metadataOf(origin: string): Readonly<Record<string, unknown>> {
  return {
    issuer: origin,
    authorization_endpoint: `${origin}/authorize`,
    token_endpoint: `${origin}/token`,
    pushed_authorization_request_endpoint: `${origin}/par`,
    require_pushed_authorization_requests: true,
    authorization_response_iss_parameter_supported: true,
    code_challenge_methods_supported: ['S256'],
    dpop_signing_alg_values_supported: ['ES256'],
    scopes_supported: ['atproto', 'transition:generic'],
    token_endpoint_auth_methods_supported: ['none'],
    client_id_metadata_document_supported: true,
  };
}
