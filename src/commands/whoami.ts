import type { AccountHead } from '../accounts/account.ts';
import { openAccountStore } from '../accounts/account-store.ts';
import { type AccountFlags, chooseAccount, ofTarget } from '../accounts/choose-account.ts';
import type { Context } from '../context.ts';
import { AuthenticationRequiredError } from '../errors.ts';
import { profileJson } from '../output/json.ts';
import { agoText, whoamiText } from '../output/text.ts';
import type { Profile } from '../profile/profile.ts';
import type { ResolvedProvider } from '../providers/provider.ts';
import { type Configuration, readConfiguration } from '../settings/configuration.ts';
import { type SuppliedToken, suppliedToken, suppliedTokenOf } from '../settings/supplied-token.ts';
import { providerVariable } from '../settings/variables.ts';
import { httpOptions, type NetworkSettings, signalled } from './http-options.ts';
import { suppliedInstead } from './supplied-instead.ts';

/** The flags of `whoami`. */
export interface WhoamiFlags extends AccountFlags {
  readonly offline?: boolean;
  readonly json?: boolean;
  readonly debug?: boolean;
}

/** `oauth-login whoami`: asks the provider who is signed in, or tells what was stored. */
export async function whoami(
  target: string | undefined,
  flags: WhoamiFlags,
  context: Context,
): Promise<void> {
  const configuration = lazily(() => readConfiguration(context.paths));
  const store = openAccountStore(context);
  const say = (profile: Profile, label: string, since?: string) =>
    context.stdout.write(flags.json ? profileJson(profile) : whoamiText(profile, label, since));

  const place = target ?? flags.issuer;
  const saySupplied = async (supplied: SuppliedToken, of: string) => {
    const { provider, clientId } = await providerOfTarget(of, flags, context, await configuration());
    say(await profileOf(supplied, provider, { ...flags, clientId }, context), provider.label);
  };
  if (place !== undefined && !flags.offline) {
    const supplied = await suppliedTokenOf(place, flags, context);
    if (supplied !== undefined) return saySupplied(supplied, place);
  }
  let head: AccountHead;
  try {
    head = await chooseAccount(target, flags, await store.list(ofTarget(target, flags)), configuration);
  } catch (error) {
    const only = flags.offline ? undefined : await suppliedInstead(error, flags, context, target);
    if (only === undefined) throw error;
    return saySupplied(only, only.provider);
  }
  if (flags.offline) {
    say(head.profile, head.label, agoText(head.verifiedAt, context.clock.now()));
    return;
  }
  const own = place === undefined ? suppliedToken(head.provider, context) : undefined;
  if (own !== undefined) {
    const { providerOfAccount } = await import('../accounts/account-provider.ts');
    const provider = providerOfAccount(head, await configuration());
    say(await profileOf(own, provider, { ...head, ...flags }, context), head.label);
    return;
  }
  const { askProvider } = await import('./ask-provider.ts');
  const verified: AccountHead = await askProvider(head, flags, store, context, configuration);
  say(verified.profile, verified.label);
}

async function providerOfTarget(
  target: string,
  flags: WhoamiFlags,
  context: Context,
  configuration: Configuration,
): Promise<{ readonly provider: ResolvedProvider; readonly clientId: string | undefined }> {
  const [{ chooseTarget }, { resolveProvider }] = await Promise.all([
    import('../settings/target.ts'),
    import('../providers/resolve.ts'),
  ]);
  const { provider, configuration: entry } = chooseTarget(target, flags, configuration);
  const clientId = providerVariable(context.env, provider.name, 'CLIENT_ID') ?? entry.client_id;
  const http = await context.openHttp(httpOptions(flags, context));
  try {
    const fetch = signalled(http.fetch, context.signal);
    return {
      provider: await resolveProvider(provider, {
        fetch,
        allowHttpLoopback: false,
        withoutAuthorization: true,
      }),
      clientId,
    };
  } finally {
    await http.close();
  }
}

/** Asks the provider about a token from the environment; nothing of the answer is kept. */
async function profileOf(
  { token, variable }: SuppliedToken,
  provider: ResolvedProvider,
  { clientId, ...network }: NetworkSettings & { readonly clientId: string | undefined },
  context: Context,
): Promise<Profile> {
  const { fetchProfile } = await import('../profile/fetch-profile.ts');
  const http = await context.openHttp(httpOptions(network, context));
  try {
    context.stderr.write(`using the token in ${variable}\n`);
    const fetch = signalled(http.fetch, context.signal);
    // Nobody knows which client the token was issued to, and only a signed UserInfo response would name it.
    return await fetchProfile(provider, { accessToken: token, clientId: clientId ?? 'unknown', fetch });
  } catch (error) {
    if (!(error instanceof AuthenticationRequiredError) || error.code !== 'token_rejected') throw error;
    throw new AuthenticationRequiredError(
      'token_rejected',
      `${provider.label} does not accept the token in ${variable}`,
      {
        hint: `put a valid token into ${variable}, or unset it and sign in`,
      },
    );
  } finally {
    await http.close();
  }
}

function lazily<Value>(make: () => Promise<Value>): () => Promise<Value> {
  let made: Promise<Value> | undefined;
  return () => {
    made ??= make();
    return made;
  };
}
