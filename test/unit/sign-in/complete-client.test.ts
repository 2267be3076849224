import { describe, expect, it, onTestFinished } from 'vitest';
import { openAccountStore } from '../../../src/accounts/account-store.ts';
import { signInQuestions } from '../../../src/output/sign-in-questions.ts';
import type { DeviceGrantRules } from '../../../src/providers/device-grant-rules.ts';
import { openidProvider } from '../../../src/providers/openid.ts';
import type { Provider, ResolvedProvider } from '../../../src/providers/provider.ts';
import type { ProviderConfiguration } from '../../../src/settings/configuration.ts';
import { loginSettings } from '../../../src/settings/login-settings.ts';
import { completeClient } from '../../../src/sign-in/complete-client.ts';
import { secretRule } from '../../../src/sign-in/secret-rule.ts';
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
  return completeClient(
    { ...settings, clientId: 'c' },
    provider,
    openAccountStore(context),
    context,
    signInQuestions('Work', context),
  );
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

describe('whether the client secret is needed', () => {
  const rule = (clientSecret: Provider['clientSecret'], device: boolean, grant?: DeviceGrantRules) =>
    secretRule({
      device,
      provider: {
        ...openidProvider('work', 'Work', issuer),
        clientSecret,
        ...(grant === undefined ? {} : { device: grant }),
      },
    });

  it('is what the provider says, with --device too', () => {
    expect(rule('required', false)).toBe('required');
    expect(rule('required', true)).toBe('required');
    expect(rule('required', true, { steps: [] })).toBe('required');
  });

  it('is what the device grant says, with --device only', () => {
    expect(rule('required', true, { clientSecret: 'unused', steps: [] })).toBe('unused');
    expect(rule('required', false, { clientSecret: 'unused', steps: [] })).toBe('required');
  });

  it('is never for a client that has none', () => {
    expect(rule('none', true, { clientSecret: 'optional', steps: [] })).toBe('none');
  });
});
