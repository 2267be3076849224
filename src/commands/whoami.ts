import { onlySuppliedToken } from '../access/only-supplied-token.ts';
import type { AccountHead } from '../accounts/account.ts';
import { type AccountFlags, chooseAccount, ofTarget } from '../accounts/choose-account.ts';
import { openSession } from '../accounts/session.ts';
import type { Context } from '../ground/context.ts';
import { AuthenticationRequiredError } from '../ground/errors.ts';
import { httpOptions, type NetworkSettings, signalled } from '../ground/http-options.ts';
import { jsonText, nobodyNamedJson, profileJson } from '../output/json.ts';
import { idTokenSourceText, nobodyNamedText, storedSourceText, whoamiText } from '../output/text.ts';
import type { Profile } from '../profile/profile.ts';
import type { ResolvedProvider } from '../providers/provider.ts';
import type { Configuration } from '../settings/configuration.ts';
import { type SuppliedToken, suppliedToken, suppliedTokenOf } from '../settings/supplied-token.ts';
import { providerVariable } from '../settings/variables.ts';

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
  const { store, configuration } = openSession(context);
  const sayAccount = (head: AccountHead, source?: string) =>
    context.stdout.write(accountAnswer(head, flags, source));

  const place = target ?? flags.issuer;
  const saySupplied = async (supplied: SuppliedToken, of: string) => {
    const { provider, clientId } = await providerOfTarget(of, flags, context, await configuration());
    const profile = await profileOf(supplied, provider, { ...flags, clientId }, context);
    context.stdout.write(suppliedAnswer(profile, provider, flags));
  };
  if (place !== undefined && !flags.offline) {
    const supplied = await suppliedTokenOf(place, flags, context);
    if (supplied !== undefined) return saySupplied(supplied, place);
  }
  let head: AccountHead;
  try {
    head = await chooseAccount(target, flags, await store.list(ofTarget(target, flags)), configuration);
  } catch (error) {
    const only = flags.offline ? undefined : await onlySuppliedToken(error, flags, context, target);
    if (only === undefined) throw error;
    return saySupplied(only, only.provider);
  }
  if (flags.offline) {
    const isChecked = await store.isChecked(head);
    const source = storedSourceText(head, isChecked, context.clock.now());
    context.stdout.write(accountAnswer(head, flags, source, { checked: isChecked }));
    return;
  }
  const own = place === undefined ? suppliedToken(head.provider, context) : undefined;
  if (own !== undefined) {
    const { providerOfAccount } = await import('../accounts/account-provider.ts');
    const provider = providerOfAccount(head, await configuration());
    const profile = await profileOf(own, provider, { ...head, ...flags }, context);
    context.stdout.write(suppliedAnswer(profile, provider, flags));
    return;
  }
  const { askProvider } = await import('../access/ask-provider.ts');
  const asked = await askProvider(head, flags, store, context, configuration);
  if (asked.wasAsked) sayAccount(asked.head);
  else if (asked.head.profileUnavailable) sayAccount(asked.head, idTokenSourceText(asked.head));
  else sayAccount(asked.head, storedSourceText(asked.head, true, context.clock.now()));
}

function accountAnswer(
  head: AccountHead,
  { json }: WhoamiFlags,
  source: string | undefined,
  more: { readonly checked?: boolean } = {},
): string {
  const { profile, label } = head;
  if (profile !== undefined) {
    return json ? jsonText({ ...profile, ...more }) : whoamiText(profile, label, source);
  }
  return json ? nobodyNamedJson(head.provider, head) : nobodyNamedText(label, head.clientId);
}

function suppliedAnswer(
  profile: Profile | undefined,
  { name, label }: ResolvedProvider,
  { json }: WhoamiFlags,
): string {
  if (profile !== undefined) return json ? profileJson(profile) : whoamiText(profile, label);
  return json ? nobodyNamedJson(name) : nobodyNamedText(label);
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
): Promise<Profile | undefined> {
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
