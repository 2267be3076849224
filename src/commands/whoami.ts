import { onlySuppliedToken } from '../access/only-supplied-token.ts';
import type { AccountHead } from '../accounts/account.ts';
import { applyingAccount } from '../accounts/applying-account.ts';
import type { AccountChoice } from '../accounts/choose-account.ts';
import type { Context } from '../ground/context.ts';
import { defined } from '../ground/defined.ts';
import { ConsequenceError, NetworkError } from '../ground/errors.ts';
import { shellQuoted } from '../ground/file-system-words.ts';
import { jsonText, nobodyNamedJson, profileJson } from '../output/json.ts';
import { idTokenSourceText, nobodyNamedText, storedSourceText, whoamiText } from '../output/text.ts';
import { writeWords } from '../output/write-words.ts';
import type { Profile } from '../profile/profile.ts';
import type { ResolvedProvider } from '../providers/provider.ts';
import { withNamedAccount } from '../settings/named-account.ts';
import { type SuppliedToken, suppliedToken, suppliedTokenOf } from '../settings/supplied-token.ts';
import { openAccess } from './open-access.ts';

/** The flags of `whoami`. */
export interface WhoamiFlags extends AccountChoice {
  readonly offline?: boolean;
  readonly json?: boolean;
  readonly debug?: boolean;
}

/** `oauth-login whoami`: asks the provider who is signed in, or tells what was stored. */
export async function whoami(typed: string | undefined, given: WhoamiFlags, context: Context): Promise<void> {
  const [target, flags] = withNamedAccount(typed, given);
  const access = openAccess({ ...flags, saysSource: true }, context);
  const { store } = access;
  const say = (text: string) => (flags.json ? void context.stdout.write(text) : writeWords(context, text));
  const sayAccount = (head: AccountHead, source?: string) => say(accountAnswer(head, flags, source));

  const named = target ?? flags.issuer;
  const saySupplied = async (supplied: SuppliedToken, of: string | AccountHead) => {
    const { askWithSupplied } = await import('../access/ask-with-supplied.ts');
    const { profile, provider } = await askWithSupplied(supplied, of, flags, access);
    say(suppliedAnswer(profile, provider, flags));
  };
  if (named !== undefined && !flags.offline) {
    const supplied = await suppliedTokenOf(named, flags, context);
    if (supplied !== undefined) {
      return saySupplied(supplied, named);
    }
  }
  let head: AccountHead;
  try {
    ({ head } = await applyingAccount(target, flags, access));
  } catch (error) {
    const only = flags.offline ? undefined : await onlySuppliedToken(error, target, flags, context);
    if (only === undefined) {
      throw error;
    }
    return saySupplied(only, only.provider);
  }
  if (flags.offline) {
    const isChecked = await store.isChecked(head);
    const source = storedSourceText(head, isChecked, context.clock.now());
    say(accountAnswer(head, flags, source, { checked: isChecked }));
    return;
  }
  const own = named === undefined ? suppliedToken(head.provider, context) : undefined;
  if (own !== undefined) {
    return saySupplied(own, head);
  }
  const { askProvider } = await import('../access/ask-provider.ts');
  const asked = await askProvider(head, access).catch((error: unknown) => {
    throw error instanceof NetworkError ? withOfflineHint(error, target, flags) : error;
  });
  if (asked.wasAsked) {
    sayAccount(asked.head);
  } else if (asked.head.profileUnavailable) {
    sayAccount(asked.head, idTokenSourceText(asked.head));
  } else {
    sayAccount(asked.head, storedSourceText(asked.head, true, context.clock.now()));
  }
}

/** The same failure, with the command that answers without the network. */
function withOfflineHint(
  error: NetworkError,
  target: string | undefined,
  { account, host, tenant, issuer }: WhoamiFlags,
): ConsequenceError {
  const choice = Object.entries(defined({ account, host, tenant, issuer }));
  const words = [target ?? [], choice.map(([name, value]) => [`--${name}`, value])].flat(2);
  const command = ['oauth-login whoami', ...words.map(shellQuoted), '--offline'].join(' ');
  return new ConsequenceError(error, {
    message: error.message,
    hint: `${error.hint}; to see the stored answer: ${command}`,
  });
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
  if (profile !== undefined) {
    return json ? profileJson(profile) : whoamiText(profile, label);
  }
  return json ? nobodyNamedJson(name) : nobodyNamedText(label);
}
