import { describe, expect, it, onTestFinished } from 'vitest';
import { openAccountStore } from '../../../src/accounts/account-store.ts';
import { completeClient } from '../../../src/commands/complete-client.ts';
import type { ResolvedProvider } from '../../../src/providers/resolve.ts';
import type { ProviderConfiguration } from '../../../src/settings/configuration.ts';
import { loginSettings } from '../../../src/settings/login-settings.ts';
import { fakeContext } from '../../support/fake-context.ts';

const issuer = 'https://sso.example.com';

/** What becomes of a client whose server offers `client_secret_post` in its metadata. */
async function clientOf(entry: ProviderConfiguration) {
  const { context, remove } = fakeContext();
  onTestFinished(remove);
  const env = { OAUTH_LOGIN_WORK_CLIENT_SECRET: 'CANARY' };
  const configuration = { providers: new Map([['work', { issuer, client_id: 'c', ...entry }]]) };
  const settings = loginSettings('work', {}, env, configuration);
  const provider: ResolvedProvider = {
    ...settings.provider,
    clientAuthentication: 'client_secret_post',
    metadata: { issuer },
    discovered: [],
  };
  return completeClient({ ...settings, clientId: 'c' }, provider, openAccountStore(context), context);
}

describe('how the client authenticates', () => {
  it('is what the metadata offer, unless it is configured', async () => {
    expect((await clientOf({})).clientAuthentication).toBe('client_secret_post');
    const configured = await clientOf({ client_authentication: 'client_secret_basic' });
    expect(configured.clientAuthentication).toBe('client_secret_basic');
    expect(configured.clientSecret?.reveal()).toBe('CANARY');
  });

  it('is not at all for a client that was configured as public', async () => {
    const { clientAuthentication, clientSecret } = await clientOf({ client_authentication: 'none' });
    expect([clientAuthentication, clientSecret]).toEqual(['none', undefined]);
  });
});
