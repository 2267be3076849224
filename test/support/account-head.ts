import type { AccountHead } from '../../src/accounts/account.ts';
import { accountId } from '../../src/accounts/account-id.ts';
import type { Profile } from '../../src/profile/profile.ts';

/** What differs from the usual account; claims of the profile stand beside the other members. */
export type AccountChanges = Partial<Omit<AccountHead, 'profile'>> & {
  readonly profile?: Partial<Profile>;
};

/** The account of a person. */
export type PersonHead = AccountHead & { readonly profile: Profile };

/** An account at GitHub whose access token never expires, but for the changes. */
export function accountHead({ profile: claims, ...changes }: AccountChanges = {}): PersonHead {
  const profile = {
    provider: 'github',
    sub: '583231',
    preferred_username: 'octocat',
    raw: {},
    ...claims,
  };
  const provider = changes.provider ?? 'github';
  const issuer = changes.issuer ?? 'https://github.com/login/oauth';
  const clientId = changes.clientId ?? 'client-1';
  return {
    id: accountId(provider, issuer, clientId, profile.sub),
    label: 'GitHub',
    target: 'github',
    clientAuthentication: 'none',
    endpoints: { token_endpoint: 'https://github.com/login/oauth/access_token' },
    scopes: ['read:user'],
    requestedScopes: ['read:user'],
    issuedAt: '2026-01-01T00:00:00.000Z',
    verifiedAt: '2026-01-01T00:00:00.000Z',
    signedInAt: '2026-01-01T00:00:00.000Z',
    hasRefreshToken: false,
    store: 'file',
    ...changes,
    provider,
    issuer,
    clientId,
    profile,
  };
}

/** An account whose server did not tell who signed in, named after its client. */
export function headWithoutPerson(changes: Omit<AccountChanges, 'profile'> = {}): AccountHead {
  const { profile: _profile, ...head } = accountHead(changes);
  return { ...head, id: accountId(head.provider, head.issuer, head.clientId) };
}
