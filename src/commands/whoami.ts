import type { AccountHead } from '../accounts/account.ts';
import { openAccountStore } from '../accounts/account-store.ts';
import { type AccountFlags, chooseAccount } from '../accounts/choose-account.ts';
import type { Context } from '../context.ts';
import { profileJson } from '../output/json.ts';
import { agoText, whoamiText } from '../output/text.ts';
import type { Profile } from '../profile/profile.ts';
import { Secret } from '../secrets/secret.ts';
import { readConfiguration } from '../settings/configuration.ts';
import { providerVariable, variableName } from '../settings/variables.ts';

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

  if (
    target !== undefined &&
    !flags.offline &&
    providerVariable(context.env, target, 'TOKEN') !== undefined
  ) {
    const { profile, label } = await profileOfVariable(target, flags, context, await configuration());
    say(profile, label);
    return;
  }
  const head = await chooseAccount(target, flags, (await store.list()).accounts, configuration);
  if (flags.offline) {
    say(head.profile, head.label, agoText(head.verifiedAt, context.clock.now()));
    return;
  }
  const { askProvider } = await import('./ask-provider.ts');
  const verified: AccountHead = await askProvider(head, flags, store, context, configuration);
  say(verified.profile, verified.label);
}

async function profileOfVariable(
  target: string,
  flags: WhoamiFlags,
  context: Context,
  configuration: Awaited<ReturnType<typeof readConfiguration>>,
): Promise<{ profile: Profile; label: string }> {
  const [{ chooseTarget }, { resolveProvider }, { fetchProfile }, { httpOptions, signalled }] =
    await Promise.all([
      import('../settings/target.ts'),
      import('../providers/resolve.ts'),
      import('../profile/fetch-profile.ts'),
      import('./http-options.ts'),
    ]);
  const { provider: chosen, configuration: entry } = chooseTarget(target, flags, configuration);
  const token = providerVariable(context.env, chosen.name, 'TOKEN') ?? '';
  const http = await context.openHttp(httpOptions(flags, context));
  try {
    const fetch = signalled(http.fetch, context.signal);
    const provider = await resolveProvider(chosen, { fetch, allowHttpLoopback: false });
    context.stderr.write(`using the token in ${variableName(chosen.name, 'TOKEN')}\n`);
    const clientId = providerVariable(context.env, chosen.name, 'CLIENT_ID') ?? entry.client_id ?? '';
    const profile = await fetchProfile(provider, { accessToken: new Secret(token), clientId, fetch });
    return { profile, label: provider.label };
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
