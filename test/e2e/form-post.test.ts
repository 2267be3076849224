import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Browser, chromium } from 'playwright-core';
import { expect, it } from 'vitest';
import { chromiumLaunchOptions } from '../support/chromium.ts';
import { closeAfterTest } from '../support/close-after-test.ts';
import { openCommandLine } from '../support/command-line.ts';
import { publicJwk, signIdToken } from '../support/quirky-providers.ts';
import { describeWith } from '../support/requirements.ts';
import { readBody } from '../support/reverse-proxy.ts';
import { openAuthority, serveHttps } from '../support/tls.ts';

/** What the browser sent with a request to the listener. */
interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly hasCookie: boolean;
  readonly origin: string | undefined;
}

/** An OpenID provider on https that answers with a page which posts itself to the redirect URI. */
async function openFormPostServer(referrerPolicy: string) {
  const authority = await openAuthority();
  const credentials = await authority.issue(['DNS:localhost', 'IP:127.0.0.1']);
  let nonce: string | null = null;
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', issuer);
    const json = (body: object) =>
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    await readBody(request);
    switch (pathname) {
      case '/.well-known/openid-configuration':
        return json({
          issuer,
          authorization_endpoint: `${issuer}/authorize`,
          token_endpoint: `${issuer}/token`,
          jwks_uri: `${issuer}/keys`,
          response_modes_supported: ['form_post'],
          scopes_supported: ['openid'],
          subject_types_supported: ['public'],
          id_token_signing_alg_values_supported: ['RS256'],
          code_challenge_methods_supported: ['S256'],
          authorization_response_iss_parameter_supported: true,
        });
      case '/keys':
        return json({ keys: [publicJwk()] });
      case '/authorize': {
        nonce = searchParams.get('nonce');
        const fields = { code: 'a-code', state: searchParams.get('state') ?? '', iss: issuer };
        const inputs = Object.entries(fields).map(
          ([name, value]) => `<input type="hidden" name="${name}" value="${value}">`,
        );
        return response
          .writeHead(200, { 'content-type': 'text/html', 'referrer-policy': referrerPolicy })
          .end(
            `<title>submitting</title><form method="post" action="${searchParams.get('redirect_uri')}">${inputs.join('')}</form><script>document.forms[0].submit()</script>`,
          );
      }
      default:
        return json({
          access_token: 'an-access-token',
          token_type: 'Bearer',
          expires_in: 300,
          id_token: signIdToken({ iss: issuer, aud: 'client', sub: 'ada', name: 'Ada', nonce }),
        });
    }
  };
  const server = await serveHttps(credentials, (request, response) => void answer(request, response));
  // Another site than the listener's, which is 127.0.0.1.
  const issuer = `https://localhost:${server.port}`;
  return {
    issuer,
    caFile: authority.caFile,
    close: () => Promise.all([server.close(), authority.remove()]),
  };
}

/** Goes to that address in a browser of its own, and tells what it sent to this machine. */
async function visit(browser: Browser, link: string, seen: SeenRequest[]): Promise<string> {
  const context = await browser.newContext({ ignoreHTTPSErrors: true });
  const page = await context.newPage();
  page.on('request', (request) => {
    void request.allHeaders().then(
      (headers) => {
        const { hostname, pathname } = new URL(request.url());
        if (hostname === '127.0.0.1') {
          const { cookie, origin } = headers;
          const path = pathname.replace(/[\w-]{22}$/, '…');
          seen.push({ method: request.method(), path, hasCookie: cookie !== undefined, origin });
        }
      },
      () => {},
    );
  });
  await page.goto(link, { waitUntil: 'commit' });
  await page.waitForURL(/\/done\//);
  const title = await page.title();
  await context.close();
  return title;
}

describeWith(['chromium', 'openssl'], 'an answer in a form, in a real browser and from another site', () => {
  it.each([
    // What browsers do unless a page says otherwise: from https to http, they hide where they come from.
    ['strict-origin-when-cross-origin', 'null'],
    ['origin', 'the origin of the server'],
  ])('is taken by the browser that began (Referrer-Policy: %s)', async (policy, origin) => {
    const server = closeAfterTest(await openFormPostServer(policy));
    const browser = closeAfterTest(await chromium.launch(chromiumLaunchOptions()));
    const line = closeAfterTest(openCommandLine({ user: 'nobody' }));
    const seen: SeenRequest[] = [];
    let title = Promise.resolve('');
    const openBrowser = async (link: string) => {
      title = visit(browser, link, seen);
      return { exited: title.then(() => 0) };
    };
    const argv = [server.issuer, '--client-id', 'client', '--ca-file', server.caFile, '--timeout', '60'];
    const outcome = await line.runIn({ openBrowser }, ...argv);
    // Without a terminal, an answer of a browser without the cookie is not taken: it came with the GET.
    expect(outcome.exitCode, outcome.stderr).toBe(0);
    expect(outcome.stdout).toContain('as Ada');
    expect(await title).toMatch(/signed in/i);
    const posted = seen.find(({ method }) => method === 'POST');
    expect(posted).toEqual({
      method: 'POST',
      path: '/callback',
      hasCookie: false,
      origin: origin === 'null' ? 'null' : server.issuer,
    });
    expect(seen.filter(({ path }) => path === '/posted/…')).toMatchObject([
      { method: 'GET', hasCookie: true },
    ]);
  });
});
