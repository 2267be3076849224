import type { Context } from '../ground/context.ts';
import { defined } from '../ground/defined.ts';
import { ProtocolError } from '../ground/errors.ts';
import { plainObject } from '../ground/plain-json.ts';
import { safeText } from '../ground/safe-text.ts';
import type { Profile } from '../profile/profile.ts';
import { readProfile } from '../profile/read-profile.ts';
import type { TokenSet } from '../protocol/token-set.ts';
import { checkEndpoint } from '../providers/endpoint.ts';
import type { IndieAuthIdentity } from '../providers/identity.ts';
import type { ProfileMap } from '../providers/profile-request.ts';
import type { ResolvedProvider } from '../providers/provider.ts';
import type { LoginSettings } from '../settings/login-settings.ts';
import { personOfToken } from './atproto-settings.ts';
import { pageAt } from './identity-pages.ts';
import { serverOf } from './identity-settings.ts';
import { webIdOfToken } from './solid-settings.ts';

/** A sign-in whose tokens are here. */
export interface IdentitySignIn {
  readonly provider: ResolvedProvider;
  readonly settings: LoginSettings;
  readonly tokens: TokenSet;
}

/** What the token response of IndieAuth says of the person (IndieAuth §5.3.4). */
const indieAuthMap: ProfileMap = {
  sub: 'me',
  preferred_username: 'me',
  name: 'profile.name',
  email: 'profile.email',
  picture: 'profile.photo',
  profile: ['profile.url', 'me'],
};

/** Who has signed in, and where the token is for, where only the answer tells. */
export interface ConfirmedIdentity {
  readonly profile: Profile;
  readonly resource?: string;
}

/** A person of Solid, by the WebID: one `sub` may have several (Solid-OIDC §5.1). The document keeps the claim itself. */
const solidMap: ProfileMap = { sub: 'webid', preferred_username: 'webid', name: 'name', profile: 'webid' };

/** What is known of a person of atproto: no request of an API is needed for it. */
const atprotoMap: ProfileMap = { sub: 'did', preferred_username: 'handle' };

/**
 * Gives who has signed in, in a network in which a person goes by an address that names its server. `undefined` for every
 * other provider.
 *
 * Throws a `ProtocolError` where the address of that person names another server, and a `NetworkError` where it does not
 * answer.
 */
export async function confirmIdentity(
  { provider, settings, tokens }: IdentitySignIn,
  context: Context,
): Promise<ConfirmedIdentity | undefined> {
  const { identity, name } = provider;
  if (identity?.kind === 'indieauth') {
    return { profile: await confirmProfileUrl(identity, { provider, settings, tokens }, context) };
  }
  if (identity?.kind === 'atproto') {
    requireScope(provider, tokens);
    const person = await personOfToken(tokens.subject, identity, provider, settings, context);
    return { profile: readProfile({ name, profile: { map: atprotoMap } }, person), resource: person.pds };
  }
  if (identity?.kind === 'solid') {
    const { idTokenClaims } = tokens;
    const webid = await webIdOfToken(idTokenClaims, identity, provider, settings, context);
    return { profile: readProfile({ name, profile: { map: solidMap } }, { ...idTokenClaims, webid }) };
  }
  return undefined;
}

/** Throws a `ProtocolError` for a token that says nothing of the person, for want of the scope `atproto`. */
function requireScope({ label }: ResolvedProvider, { scopes }: TokenSet): void {
  if (!scopes.includes('atproto')) {
    throw untrusted(label, 'the token is not for a person: the scope atproto was not granted');
  }
}

/**
 * A profile URL that was typed, or one that this redirects to, names the server already. Any other one has to name the same.
 *
 * @see [IndieAuth §5.4](https://indieauth.spec.indieweb.org/#authorization-server-confirmation)
 */
async function confirmProfileUrl(
  { addresses }: IndieAuthIdentity,
  { provider, settings, tokens }: IdentitySignIn,
  context: Context,
): Promise<Profile> {
  const { label } = provider;
  const checked = checkEndpoint(tokens.me?.address, settings);
  if (tokens.me === undefined || 'fault' in checked) {
    throw untrusted(label, 'the server did not say who signed in');
  }
  const me = checked.href;
  const known = addresses.some((address) => new URL(address).href === me);
  if (!known && !(await isNamedBy(me, provider, settings, context))) {
    throw untrusted(label, `the server says that this is ${safeText(me, 400)}, which names another server`);
  }
  const document = defined({ me, profile: plainObject(tokens.me.profile) });
  return readProfile({ name: provider.name, profile: { map: indieAuthMap } }, document);
}

/** Whether the page at that address names the server that was signed in to, with the same endpoints. */
async function isNamedBy(
  me: string,
  { published }: ResolvedProvider,
  settings: LoginSettings,
  context: Context,
): Promise<boolean> {
  const page = await pageAt(me, 'text/html, */*;q=0.1', settings, context);
  const server = page?.status === 200 ? await serverOf(page, settings, context) : undefined;
  const same = ['issuer', 'authorization_endpoint', 'token_endpoint'] as const;
  return (
    server !== undefined &&
    same.every((name) => memberOf(server.document, name) === memberOf(published, name))
  );
}

function memberOf(document: object | undefined, name: string): unknown {
  return plainObject(document)?.[name];
}

function untrusted(label: string, what: string): ProtocolError {
  return new ProtocolError('protocol_subject_mismatch', `${what}; nothing was stored for ${label}`, {
    hint: 'check that the address that you typed is your own; its page decides which server speaks for it',
  });
}
