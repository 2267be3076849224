import { spawn } from 'node:child_process';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { discover } from './relying-party.ts';
import { readBody } from './reverse-proxy.ts';
import { type Credentials, serveHttp, serveHttps, type TestServer } from './tls.ts';

/** A server on loopback that lets in whoever shows a token that the issuer knows. */
export interface GuardedServer extends TestServer {
  /** `host:port`. */
  readonly host: string;
  /** The Authorization headers that came, in their order. */
  readonly seen: (string | undefined)[];
}

/** Answers a request that was let in. */
export type Guarded = (request: IncomingMessage, response: ServerResponse, body: Buffer) => unknown;

/** Whether the issuer knows an access token: it is tried at the UserInfo endpoint. */
async function tokenCheck(issuer: string): Promise<(token: string) => Promise<boolean>> {
  const userInfo = (await discover(issuer)).userinfo_endpoint ?? '';
  return async (token) => (await fetch(userInfo, { headers: { authorization: `Bearer ${token}` } })).ok;
}

/**
 * Serves on a loopback port, with TLS where there are credentials for it. The token, alone or as the password of HTTP
 * Basic, has to be one that the issuer knows, or one that `isKnown`; everybody else gets a 401 with this challenge.
 */
export async function serveGuarded(
  issuer: string,
  challenge: string,
  answer: Guarded,
  { tls, isKnown }: { readonly tls?: Credentials; readonly isKnown?: (token: string) => boolean } = {},
): Promise<GuardedServer> {
  const isAccessToken = await tokenCheck(issuer);
  const seen: (string | undefined)[] = [];
  const listener = async (request: IncomingMessage, response: ServerResponse) => {
    const body = await readBody(request);
    const { authorization } = request.headers;
    seen.push(authorization);
    const token = tokenIn(authorization);
    if (token !== undefined && (isKnown?.(token) || (await isAccessToken(token)))) {
      await answer(request, response, body);
      return;
    }
    response.writeHead(401, { 'www-authenticate': challenge }).end();
  };
  const server = await (tls === undefined ? serveHttp(listener) : serveHttps(tls, listener));
  return { ...server, host: `127.0.0.1:${server.port}`, seen };
}

/** The token that a header holds: of Bearer, the password of Basic, or the whole of it. */
export function tokenIn(authorization: string | undefined): string | undefined {
  const [scheme = '', value] = (authorization ?? '').split(' ');
  if (value === undefined) {
    return scheme || undefined;
  }
  return scheme.toLowerCase() === 'basic'
    ? Buffer.from(value, 'base64').toString().split(':').slice(1).join(':')
    : value;
}

/** Serves the repositories below a directory, as a web server with git's own program does. */
export function gitHttpBackend(root: string): Guarded {
  return (request, response, body) => {
    const url = new URL(request.url ?? '/', 'http://127.0.0.1');
    const backend = spawn('git', ['http-backend'], {
      env: {
        PATH: process.env.PATH,
        GIT_PROJECT_ROOT: root,
        GIT_HTTP_EXPORT_ALL: '1',
        GIT_CONFIG_NOSYSTEM: '1',
        REMOTE_USER: 'somebody',
        REQUEST_METHOD: request.method,
        PATH_INFO: url.pathname,
        QUERY_STRING: url.search.slice(1),
        CONTENT_TYPE: request.headers['content-type'] ?? '',
        HTTP_CONTENT_ENCODING: request.headers['content-encoding'] ?? '',
        CONTENT_LENGTH: String(body.length),
      },
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    const chunks: Buffer[] = [];
    backend.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
    // git may be done before it has read everything.
    backend.stdin.on('error', () => {});
    backend.stdin.end(body);
    return new Promise<void>((resolve) => {
      backend.once('close', () => {
        const output = Buffer.concat(chunks);
        const end = output.indexOf('\r\n\r\n');
        for (const line of output.subarray(0, end).toString().split('\r\n')) {
          const [name = '', value = ''] = line.split(/: (.*)/);
          if (name === 'Status') {
            response.statusCode = Number(value.slice(0, 3));
          } else {
            response.setHeader(name, value);
          }
        }
        response.end(output.subarray(end + 4));
        resolve();
      });
    });
  };
}
