import type { Context } from '../ground/context.ts';
import { ConfigurationError, ProtocolError } from '../ground/errors.ts';
import { namelessHttpOptions, signalled } from '../ground/http-options.ts';
import { type AtprotoAccess, findPerson, personOfDid } from '../protocol/identities/atproto.ts';
import { isDid } from '../protocol/identities/atproto-names.ts';
import type { AtprotoIdentity, AtprotoPerson } from '../providers/identity.ts';
import type { ResolvedProvider } from '../providers/provider.ts';
import type { LoginSettings } from '../settings/login-settings.ts';

/** What the identifier of the client that needs no registration begins with; an account that is signed in again names it. */
const LOOPBACK_CLIENT = 'http://localhost?';
/** What a client of this kind may ask for: its identifier has to list every scope. */
const knownScopes = ['atproto', 'transition:generic', 'transition:email', 'transition:chat.bsky'];

/**
 * The settings of a sign-in to a network of handles and DIDs: the person who is named decides the server. Without one, it is
 * the server of the provider's file, at which anybody may sign in.
 *
 * Throws what `findPerson` throws.
 */
export async function settingsOfHandle(
  settings: LoginSettings,
  identity: AtprotoIdentity,
  context: Context,
): Promise<LoginSettings> {
  const own = withLoopbackClient({ ...settings, reachOf: new URL(identity.directory).hostname });
  const { loginHint, provider } = own;
  if (loginHint === undefined) {
    return own;
  }
  const person = await withAtproto(own, identity, context, (access) => findPerson(loginHint, access));
  return {
    ...own,
    loginHint: person.handle ?? person.did,
    provider: { ...provider, issuer: person.issuer, identity: { ...identity, person } },
  };
}

/**
 * The client that needs no registration: its identifier holds the redirect URI, whose port is not compared, and the scopes.
 *
 * @see https://atproto.com/specs/oauth#localhost-client-development
 */
function withLoopbackClient(settings: LoginSettings): LoginSettings {
  const { clientId, redirect, scopes } = settings;
  const isOwn = clientId === undefined || clientId.startsWith(LOOPBACK_CLIENT);
  if (!isOwn || settings.provider.selfRegistration?.kind !== 'atproto-localhost') {
    return settings;
  }
  if ('elsewhere' in redirect || redirect.host === 'localhost') {
    throw new ConfigurationError('config_invalid_value', 'the redirect URI has to be at 127.0.0.1 or [::1]', {
      hint: 'leave out --redirect-uri, or give a client of your own with --client-id',
    });
  }
  const scope = [...new Set([...knownScopes, ...scopes])].join(' ');
  const uri = `http://${redirect.host}${redirect.path}`;
  const own = `${LOOPBACK_CLIENT}redirect_uri=${encodeURIComponent(uri)}&scope=${encodeURIComponent(scope)}`;
  return { ...settings, clientId: own, isClientNamed: false };
}

/**
 * Throws a `ProtocolError` for an authorization server of atproto that leaves out what all of them have: the issuer in its
 * authorization responses (RFC 9207), and S256. The person's own server chose it, and nobody else.
 *
 * @see https://atproto.com/specs/oauth#authorization-servers
 */
export function requireAtprotoServer({ identity, label, metadata }: ResolvedProvider): void {
  const isFit =
    metadata.authorization_response_iss_parameter_supported === true &&
    metadata.code_challenge_methods_supported?.includes('S256') === true;
  if (identity?.kind !== 'atproto' || isFit) {
    return;
  }
  throw new ProtocolError(
    'protocol_invalid_metadata',
    `${metadata.issuer} is no server of ${label}: it does not list S256, or does not say that its answers name it`,
    { hint: 'nothing was sent there; ask the operator of the server to correct its metadata' },
  );
}

/**
 * The person whom a token response names: the one who was named before the sign-in, or one whose own server names this
 * authorization server.
 *
 * Throws a `ProtocolError` for anybody else, and what `personOfDid` throws.
 *
 * @see https://atproto.com/specs/oauth#identity-authentication
 */
export async function personOfToken(
  sub: string | undefined,
  identity: AtprotoIdentity,
  { label, metadata }: ResolvedProvider,
  settings: LoginSettings,
  context: Context,
): Promise<AtprotoPerson> {
  const { person } = identity;
  if (!isDid(sub)) {
    throw untrusted(`${label} did not say who signed in`);
  }
  if (person !== undefined && sub !== person.did) {
    throw untrusted(`${sub} signed in to ${label}, and not ${person.handle ?? person.did}`);
  }
  const found =
    person ?? (await withAtproto(settings, identity, context, (access) => personOfDid(sub, access)));
  if (found.issuer !== metadata.issuer) {
    throw untrusted(`${label} does not speak for ${sub}, whose server names ${found.issuer}`);
  }
  return found;
}

async function withAtproto<Result>(
  settings: LoginSettings,
  { directory }: AtprotoIdentity,
  context: Context,
  work: (access: AtprotoAccess) => Promise<Result>,
): Promise<Result> {
  const http = await context.openHttp({ ...namelessHttpOptions(settings, context), streaming: true });
  try {
    const { allowHttpLoopback } = settings;
    const fetch = signalled(http.fetch, context.signal);
    const resolveTxt = (name: string) => context.resolveTxt(name);
    return await work({ fetch, allowHttpLoopback, resolveTxt, directory });
  } finally {
    await http.close();
  }
}

function untrusted(what: string): ProtocolError {
  return new ProtocolError('protocol_subject_mismatch', `${what}; nothing was stored`, {
    hint: 'sign out in the browser, and sign in as the person that you name here',
  });
}
