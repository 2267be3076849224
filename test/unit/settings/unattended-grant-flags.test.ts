import type { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import type { Environment } from '../../../src/ground/context.ts';
import { OAuthLoginError } from '../../../src/ground/errors.ts';
import { createProgram } from '../../../src/program.ts';
import { loginSettings } from '../../../src/settings/login-settings.ts';
import {
  readUnattendedGrant,
  refuseUnattendedFlags,
  type UnattendedFlags,
} from '../../../src/settings/unattended-grant-flags.ts';
import { unattendedSettings, unattendedTarget } from '../../../src/settings/unattended-settings.ts';
import { fakeContext } from '../../support/fake-context.ts';

const none = { providers: new Map() };
const settings = (flags: UnattendedFlags & { grant: string }, target = 'https://as.example', env = {}) =>
  unattendedSettings(flags, loginOf(target, flags, env));
const loginOf = (target: string, flags: UnattendedFlags & { grant: string }, env: Environment) => {
  const { named, loginFlags } = unattendedTarget(target, flags);
  return loginSettings(named, loginFlags, env, none);
};

function codeOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof OAuthLoginError) {
      return error.code;
    }
    throw error;
  }
  return 'accepted';
}

describe('T13 the command line', () => {
  it('has no option that takes a secret', async () => {
    const place = fakeContext();
    const options = flatten(createProgram(place.context, async () => 0)).flatMap(
      (command) => command.options,
    );
    await place.remove();
    const valued = options
      .filter(({ required, optional }) => required || optional)
      .map(({ long }) => long ?? '');
    expect(valued).toContain('--subject-token-file');
    expect(valued.filter((name) => /(secret|token|password|code)$/.test(name))).toEqual([]);
  });
});

describe('the flags of a grant', () => {
  it('mean nothing without --grant', () => {
    expect(codeOf(() => refuseUnattendedFlags({ audience: ['a'] }))).toBe('usage_conflict');
    expect(codeOf(() => refuseUnattendedFlags({ store: false }))).toBe('usage_conflict');
    expect(
      codeOf(() => refuseUnattendedFlags({ host: 'git.example', tenant: 'x', issuer: 'y', debug: true })),
    ).toBe('accepted');
  });

  it('belong to their own grant', () => {
    expect(readUnattendedGrant({ grant: 'refresh-token', rotateTo: 'x' })).toBe('refresh-token');
    expect(codeOf(() => readUnattendedGrant({ grant: 'token-exchange', rotateTo: 'x' }))).toBe(
      'usage_conflict',
    );
    expect(codeOf(() => readUnattendedGrant({ grant: 'refresh-token', store: 'file' }))).toBe(
      'usage_conflict',
    );
    expect(codeOf(() => readUnattendedGrant({ grant: 'refresh-token', store: false }))).toBe('accepted');
    expect(codeOf(() => readUnattendedGrant({ grant: 'implicit' }))).toBe('usage_unknown_grant');
  });
});

describe('the settings of a grant', () => {
  it('ask for no scope that nobody named, whatever the provider asks of people', () => {
    expect(settings({ grant: 'client-credentials' }).scopes).toEqual([]);
    expect(settings({ grant: 'client-credentials', scope: ['a b,a', 'c'] }, 'google').scopes).toEqual([
      'a',
      'b',
      'c',
    ]);
  });

  it('take the client of the provider from the environment, the flag first', () => {
    const env = { OAUTH_LOGIN_GITHUB_CLIENT_ID: 'from-env' };
    expect(settings({ grant: 'client-credentials' }, 'github', env).clientId).toBe('from-env');
    expect(settings({ grant: 'client-credentials', clientId: 'from-flag' }, 'github', env).clientId).toBe(
      'from-flag',
    );
  });

  it('spell token types out', () => {
    const { subjectTokenType, requestedTokenType } = settings({
      grant: 'token-exchange',
      subjectTokenType: 'id_token',
      requestedTokenType: 'urn:example:type',
    });
    expect(subjectTokenType).toBe('urn:ietf:params:oauth:token-type:id_token');
    expect(requestedTokenType).toBe('urn:example:type');
  });

  it('fill in the tenant', () => {
    const { provider } = settings({ grant: 'client-credentials', tenant: 'contoso.example' }, 'microsoft');
    expect(provider.endpoints.token_endpoint).toBe(
      'https://login.microsoftonline.com/contoso.example/oauth2/v2.0/token',
    );
  });
});

function flatten(command: Command): Command[] {
  return [command, ...command.commands.flatMap(flatten)];
}
