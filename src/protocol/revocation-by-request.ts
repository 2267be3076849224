import { presentToken } from '../credential/token-presentation.ts';
import type { Secret } from '../ground/secret.ts';
import { basicAuthentication } from './client-authentication.ts';
import { appsecretProof } from './dialects/appsecret-proof.ts';
import { refusal } from './library-errors.ts';
import type { RevocationRequest } from './revocation-request.ts';
import { refuseServerFailure } from './server-failure.ts';

/** Takes the access token back by a request of the provider's own kind. Throws an error of the family where that fails. */
export async function revokeByRequest(request: RevocationRequest, token: Secret): Promise<void> {
  const { provider, client } = request;
  const { revocation } = provider;
  if (revocation.kind !== 'request') {
    return;
  }
  const url = new URL(
    revocation.url
      .replace('{client_id}', encodeURIComponent(client.clientId))
      .replace('{sub}', encodeURIComponent(request.subject ?? '')),
  );
  if (provider.quirks.includes('appsecret-proof') && client.clientSecret !== undefined) {
    url.searchParams.set('appsecret_proof', appsecretProof(token, client.clientSecret));
  }
  const presented = presentToken(provider, token, client.clientId);
  const isByClient = revocation.authentication === 'client_secret_basic' && client.clientSecret !== undefined;
  for (const [name, value] of Object.entries(isByClient ? {} : presented.query)) {
    url.searchParams.set(name, value);
  }
  const credentials =
    isByClient && client.clientSecret !== undefined
      ? basicAuthentication(client.clientId, client.clientSecret)
      : { ...presented.fixed, ...presented.credentials };
  const members = Object.entries(revocation.json ?? {}).map(([name, value]) => [
    name,
    value.replace('{access_token}', token.reveal()),
  ]);
  const response = await request.fetch(url.href, {
    method: revocation.method,
    headers: {
      accept: 'application/json',
      ...(revocation.json === undefined ? {} : { 'content-type': 'application/json' }),
      ...credentials,
    },
    ...(revocation.json === undefined ? {} : { body: JSON.stringify(Object.fromEntries(members)) }),
  });
  refuseServerFailure(response, provider.label);
  // 404 and 422: the provider no longer knows the token, which is what was wanted.
  if (response.ok || response.status === 404 || response.status === 422) {
    return;
  }
  throw refusal('revocation_refused', undefined, response.status, provider.label);
}
