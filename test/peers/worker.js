// An API with its own sign-in page, on Cloudflare's OAuth provider for Workers. Its address is bound as ORIGIN.
import { OAuthProvider } from '@cloudflare/workers-oauth-provider';

const page = `<!doctype html><title>Allow?</title><form method="post" action="/consent">
  <button name="decision" value="allow">Allow</button></form>`;

let provider;
/** The request that the page asks about; one person is there. */
let asked;

function providerOf({ ORIGIN }) {
  provider ??= new OAuthProvider({
    apiRoute: '/mcp',
    apiHandler: {
      fetch: (_request, _env, context) => Response.json({ user: context.props.user }),
    },
    defaultHandler: {
      async fetch(request, env) {
        const { pathname } = new URL(request.url);
        if (pathname === '/authorize') {
          asked = await env.OAUTH_PROVIDER.parseAuthRequest(request);
          return new Response(page, { headers: { 'content-type': 'text/html' } });
        }
        if (pathname !== '/consent' || request.method !== 'POST') {
          return new Response('nothing here', { status: 404 });
        }
        const { redirectTo } = await env.OAUTH_PROVIDER.completeAuthorization({
          request: asked,
          userId: 'ada',
          metadata: {},
          scope: asked.scope,
          props: { user: 'ada' },
        });
        return Response.redirect(redirectTo, 302);
      },
    },
    authorizeEndpoint: '/authorize',
    tokenEndpoint: '/oauth/token',
    clientRegistrationEndpoint: '/oauth/register',
    scopesSupported: ['mcp:read', 'offline_access'],
    requiredScopes: ['mcp:read'],
    resourceMetadata: { resource: `${ORIGIN}/mcp`, authorization_servers: [ORIGIN] },
  });
  return provider;
}

export default {
  fetch: (request, env, context) => providerOf(env).fetch(request, env, context),
};
