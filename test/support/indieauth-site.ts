import { createHash } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { json } from './quirky-replies.ts';
import { openQuirkyServer, type QuirkyServer } from './quirky-server.ts';

/** The page of a person, and a server of IndieAuth, each of an origin of its own. */
export interface IndieAuthSite {
  /** The profile URL. */
  readonly me: string;
  readonly page: QuirkyServer;
  readonly server: QuirkyServer;
  /** Changes what the token endpoint answers. */
  tokens(reply: object): void;
  close(): Promise<void>;
}

/** Answers with HTML. */
export function html(body: string, headers: Readonly<Record<string, string>> = {}, status = 200) {
  return (_request: unknown, response: ServerResponse) => {
    response.writeHead(status, { 'content-type': 'text/html; charset=utf-8', ...headers }).end(body);
  };
}

/** Starts a person's page, which names its server as `names` says, and that server, which asks nobody anything. */
export async function startIndieAuthSite(
  names: 'metadata-by-header' | 'metadata-by-html' | 'endpoints' | 'nothing' = 'metadata-by-html',
): Promise<IndieAuthSite> {
  const [page, server] = await Promise.all([openQuirkyServer(), openQuirkyServer()]);
  const me = `${page.origin}/`;
  const issuer = `${server.origin}/`;
  const codes = new Map<string, URLSearchParams>();
  let reply: object = { me, profile: { name: 'Ada Lovelace', url: me, photo: 'https://example.com/a.png' } };
  page.on('/', linking(names, server.origin));
  server.on(
    '/metadata',
    json({
      issuer,
      authorization_endpoint: `${server.origin}/authorize`,
      token_endpoint: `${server.origin}/token`,
      code_challenge_methods_supported: ['S256'],
      authorization_response_iss_parameter_supported: true,
    }),
  );
  server.on('/authorize', ({ query }, response) => {
    const code = `code-${codes.size}-of-ada`;
    codes.set(code, query);
    const back = new URL(query.get('redirect_uri') ?? '');
    back.searchParams.set('code', code);
    back.searchParams.set('state', query.get('state') ?? '');
    if (names !== 'endpoints') {
      back.searchParams.set('iss', issuer);
    }
    response.writeHead(302, { location: back.href }).end();
  });
  server.on('/token', (request, response, quirky) => {
    const form = new URLSearchParams(request.body);
    const asked = codes.get(form.get('code') ?? '');
    const challenge = createHash('sha256')
      .update(form.get('code_verifier') ?? '')
      .digest('base64url');
    const isFit =
      asked?.get('code_challenge') === challenge &&
      ['client_id', 'redirect_uri'].every((name) => asked.get(name) === form.get(name));
    const granted = {
      access_token: 'canary-indieauth-token',
      token_type: 'Bearer',
      scope: asked?.get('scope'),
    };
    return json(isFit ? { ...granted, ...reply } : { error: 'invalid_grant' }, isFit ? 200 : 400)(
      request,
      response,
      quirky,
    );
  });
  return {
    me,
    page,
    server,
    tokens: (changed) => {
      reply = changed;
    },
    close: async () => {
      await Promise.all([page.close(), server.close()]);
    },
  };
}

/** A page that names the server at that origin. */
export function linking(names: Parameters<typeof startIndieAuthSite>[0], origin: string) {
  const pages = {
    'metadata-by-header': html('<p>Ada</p>', { link: `<${origin}/metadata>; rel="indieauth-metadata"` }),
    'metadata-by-html': html(
      `<!doctype html><title>Ada</title><link rel="indieauth-metadata" href="${origin}/metadata">`,
    ),
    endpoints: html(
      `<link rel=authorization_endpoint href='${origin}/authorize'><link rel="token_endpoint" href="${origin}/token">`,
    ),
    nothing: html('<p>Nobody signs in here</p>'),
  };
  return pages[names ?? 'nothing'];
}
