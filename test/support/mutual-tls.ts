import { createPublicKey, X509Certificate } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import type { Configuration } from 'oidc-provider';
import { type AuthorizationServer, startAuthorizationServer } from './authorization-server.ts';
import { introspectedCertificate } from './bound-api.ts';
import { readBody } from './reverse-proxy.ts';
import { type Authority, openAuthority, serveHttps, type TestServer } from './tls.ts';

/** A client certificate and its key, in files. */
export interface CertificateFiles {
  readonly certificateFile: string;
  readonly keyFile: string;
  /** `x5t#S256` (RFC 8705 §3.1). */
  readonly thumbprint: string;
}

/** An authorization server whose endpoints for clients are behind TLS that asks for certificates (RFC 8705), and an API. */
export interface MutualTlsServers {
  readonly server: AuthorizationServer;
  readonly authority: Authority;
  /** In front of the server. */
  readonly front: TestServer;
  /** Takes tokens that are bound to the certificate of the connection. */
  readonly api: TestServer;
  /** The thumbprints that came to the API; `undefined`: no certificate. */
  readonly shown: (string | undefined)[];
  /** Of the client `by-certificate`, issued by the authority. */
  readonly own: CertificateFiles;
  /** Of nobody whom the server knows, by the same authority. Its key is what the client `signing` signs with. */
  readonly foreign: CertificateFiles;
  /** Of the client `self-signed`. */
  readonly selfSigned: CertificateFiles;
  close(): Promise<void>;
}

const HEADER = 'x-client-certificate';
const redirectUris = ['http://127.0.0.1/callback'];
const grantTypes = ['authorization_code', 'refresh_token', 'client_credentials'];

/** Starts them all. */
export async function startMutualTls(): Promise<MutualTlsServers> {
  const [authority, ownAuthority] = await Promise.all([openAuthority(), openAuthority()]);
  const directory = dirname(authority.caFile);
  const filesOf = async (name: string): Promise<CertificateFiles> => {
    const { cert, key } = await authority.issue([`DNS:${name}`]);
    const files = {
      certificateFile: join(directory, `${name}.pem`),
      keyFile: join(directory, `${name}.key`),
    };
    writeFileSync(files.certificateFile, cert);
    writeFileSync(files.keyFile, key, { mode: 0o600 });
    return { ...files, thumbprint: thumbprintOf(cert) };
  };
  const [own, foreign] = await Promise.all([filesOf('client.example'), filesOf('foreign.example')]);
  const selfSignedPem = readFileSync(ownAuthority.caFile, 'utf8');
  const selfSigned = {
    certificateFile: ownAuthority.caFile,
    keyFile: join(dirname(ownAuthority.caFile), 'ca.key'),
    thumbprint: thumbprintOf(selfSignedPem),
  };
  const signingKey = readFileSync(foreign.keyFile);
  const x5c = [new X509Certificate(selfSignedPem).raw.toString('base64')];
  const jwk = { ...createPublicKey(selfSignedPem).export({ format: 'jwk' }), x5c };
  const common = {
    grant_types: grantTypes,
    redirect_uris: redirectUris,
    response_types: ['code' as const],
    application_type: 'native' as const,
    tls_client_certificate_bound_access_tokens: true,
  };
  const server = await startAuthorizationServer({
    further: {
      clients: [
        {
          ...common,
          client_id: 'by-certificate',
          token_endpoint_auth_method: 'tls_client_auth',
          tls_client_auth_san_dns: 'client.example',
        },
        {
          ...common,
          client_id: 'self-signed',
          token_endpoint_auth_method: 'self_signed_tls_client_auth',
          jwks: { keys: [{ kty: 'EC', ...jwk }] },
        },
        { ...common, client_id: 'public', token_endpoint_auth_method: 'none' },
        {
          ...common,
          client_id: 'signing',
          token_endpoint_auth_method: 'private_key_jwt',
          jwks: { keys: [{ kty: 'EC', ...createPublicKey(signingKey).export({ format: 'jwk' }) }] },
        },
      ],
      clientAuthMethods: ['none', 'private_key_jwt', 'tls_client_auth', 'self_signed_tls_client_auth'],
      // The API asks about the tokens of every client.
      introspectionPolicy: () => true,
      features: {
        clientCredentials: { enabled: true },
        mTLS: mutualTls,
      },
    },
  });
  const { cert, key } = await authority.issue(['IP:127.0.0.1']);
  const tls = { cert, key, ca: readFileSync(authority.caFile), requestCert: true, rejectUnauthorized: false };
  const front = await serveHttps(tls, async (request, response) => {
    const body = await readBody(request);
    const { host: _host, connection: _connection, [HEADER]: _header, ...headers } = request.headers;
    const shown = shownBy(request.socket as TLSSocket);
    const reply = await fetch(new URL(request.url ?? '/', server.issuer), {
      method: request.method ?? 'GET',
      redirect: 'manual',
      headers: {
        ...(Object.fromEntries(
          Object.entries(headers).filter(([name]) => name !== 'content-length'),
        ) as Record<string, string>),
        ...(shown === undefined ? {} : { [HEADER]: shown }),
      },
      ...(body.length === 0 ? {} : { body: new Uint8Array(body) }),
    });
    const {
      'content-encoding': _encoding,
      'transfer-encoding': _transfer,
      ...rest
    } = Object.fromEntries(reply.headers);
    response.writeHead(reply.status, rest).end(Buffer.from(await reply.arrayBuffer()));
  });
  const at = (path: string) => `${front.origin}${path}`;
  const aliases = {
    token_endpoint: at('/token'),
    userinfo_endpoint: at('/me'),
    revocation_endpoint: at('/token/revocation'),
    introspection_endpoint: at('/token/introspection'),
    device_authorization_endpoint: at('/device/auth'),
  };
  server.rewriteReply('discovery', (document) => ({ ...document, mtls_endpoint_aliases: aliases }));
  const shown: (string | undefined)[] = [];
  const bindingOf = introspectedCertificate(server.issuer, 'public');
  const api = await serveHttps(tls, async (request, response) => {
    const certificate = (request.socket as TLSSocket).getPeerX509Certificate();
    const thumbprint = certificate === undefined ? undefined : thumbprintOf(certificate.toString());
    shown.push(thumbprint);
    const token = (request.headers.authorization ?? '').replace(/^Bearer /, '');
    const isBound = thumbprint !== undefined && thumbprint === (await bindingOf(token));
    response.writeHead(
      isBound ? 200 : 401,
      isBound ? {} : { 'www-authenticate': 'Bearer error="invalid_token"' },
    );
    response.end(isBound ? 'for the holder\n' : '');
  });
  return {
    server,
    authority,
    front,
    api,
    shown,
    own,
    foreign,
    selfSigned,
    async close() {
      await Promise.all([front.close(), api.close(), server.close()]);
      await Promise.all([authority.remove(), ownAuthority.remove()]);
    },
  };
}

/** The certificate of a connection, and whether the authority vouches for it. */
function shownBy(socket: TLSSocket): string | undefined {
  const certificate = socket.getPeerX509Certificate();
  return certificate && `${socket.authorized} ${Buffer.from(certificate.toString()).toString('base64')}`;
}

function thumbprintOf(pem: string): string {
  return Buffer.from(new X509Certificate(pem).fingerprint256.replaceAll(':', ''), 'hex').toString(
    'base64url',
  );
}

type Read = { get(name: string): string };
const verdictOf = (ctx: Read) => ctx.get(HEADER).split(' ');
const certificateOf = (ctx: Read) => Buffer.from(verdictOf(ctx)[1] ?? '', 'base64').toString('utf8');

const mutualTls: NonNullable<Configuration['features']>['mTLS'] = {
  enabled: true,
  certificateBoundAccessTokens: true,
  selfSignedTlsClientAuth: true,
  tlsClientAuth: true,
  getCertificate: (ctx) => certificateOf(ctx) || undefined,
  certificateAuthorized: (ctx) => verdictOf(ctx)[0] === 'true',
  certificateSubjectMatches: (ctx, property, expected) =>
    property === 'tls_client_auth_san_dns' &&
    new X509Certificate(certificateOf(ctx)).subjectAltName === `DNS:${expected}`,
};
