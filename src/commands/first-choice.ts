import { type AccountHead, accountName } from '../accounts/account.ts';
import { openAccountStore } from '../accounts/account-store.ts';
import { accountWords } from '../accounts/account-words.ts';
import type { Context } from '../ground/context.ts';
import { shellQuoted, shellWords } from '../ground/file-system-words.ts';
import type { Choice, Prompts, SearchChoice } from '../ground/ports.ts';
import { safeText } from '../ground/safe-text.ts';
import type { ProviderRow } from '../output/provider-list.ts';
import { catalogue } from '../providers/catalogue.ts';
import type { Configuration } from '../settings/configuration.ts';
import { descriptionOf } from './descriptions.ts';
import { missingInstance } from './missing-instance.ts';
import { ownConfiguration, providerRows } from './provider-rows.ts';

/** What is typed for another server: an address, or a host with a dot in it. */
const ADDRESS = /^(?:https?:\/\/\S+|[a-z0-9-]+(?:\.[a-z0-9-]+)+(?::\d+)?(?:\/\S*)?)$/i;

/**
 * Asks a person who typed `oauth-login` alone what to do: something with an account, or a sign-in. Gives the command line
 * for it, without `oauth-login`, and shows it, so that it need not be asked for again.
 *
 * Rejects with an `AbortedError` when the person stops, and with a `ConfigurationError` or a `StoreError` when what is
 * stored cannot be read.
 */
export async function chooseFirst(context: Context): Promise<readonly string[]> {
  const configuration = await ownConfiguration(context);
  const { accounts } = await openAccountStore(context).list();
  const prompts = await context.openPrompts();
  const shown = catalogue.keys();
  // Providers of the user's own stand before the catalogue, which has the best known ones first.
  const rows = providerRows(configuration).toSorted((a, b) => shown.indexOf(a.name) - shown.indexOf(b.name));
  const isYours = ({ isPreset, hasClient }: ProviderRow) => !isPreset || hasClient;
  const sorted = [...rows.filter(isYours), ...rows.filter((row) => !isYours(row))];
  const chosen = await prompts.search(
    accounts.length === 0
      ? 'What do you want to sign in to? Type a name, or an address'
      : 'Choose an account, or sign in: type a name, or an address',
    [...accounts.map(accountChoice), ...sorted.map(providerChoice)],
    otherServer,
  );
  const account = accounts.find(({ id }) => chosen === id);
  const words =
    account === undefined
      ? await signInLine(chosen, configuration, prompts)
      : await accountLine(account, accounts, prompts);
  context.stderr.write(`\n$ oauth-login ${words.map(shellQuoted).join(' ')}\n`);
  return words;
}

function accountChoice(head: AccountHead): SearchChoice {
  return {
    value: head.id,
    label: `${accountName(head)} at ${safeText(head.label)}, signed in`,
    hint: 'token, whoami, sign out',
    words: [head.provider],
  };
}

function providerChoice({ name, label, aliases, abilities, ...row }: ProviderRow): SearchChoice {
  const notes = [
    ...(row.hasClient ? ['client saved'] : []),
    ...(row.isPreset ? [] : ['your own']),
    ...(abilities.includes('nothing to register') ? ['needs nothing registered'] : []),
  ];
  return {
    value: name,
    label: [safeText(label), ...notes].join(', '),
    hint: `oauth-login ${name}`,
    words: [name, label, ...aliases],
  };
}

function otherServer(typed: string): Choice | undefined {
  if (!ADDRESS.test(typed)) {
    return undefined;
  }
  const address = typed.includes('://') ? typed : `https://${typed}`;
  return { value: address, label: address, hint: 'another server, by its address' };
}

/** The line for a sign-in, with the host or tenant that the provider cannot do without. */
async function signInLine(
  name: string,
  configuration: Configuration,
  prompts: Prompts,
): Promise<readonly string[]> {
  const missing = missingInstance(name, {}, configuration);
  const validate = (text: string) =>
    /^[\w.:/-]+$/.test(text.trim()) ? undefined : 'letters, digits, dots and hyphens only';
  const ask = async (question: string) => (await prompts.text(question, { validate })).trim();
  const host = missing.host ? await ask('The host of your server, such as git.example.com') : undefined;
  const tenant = missing.tenant
    ? await ask('Your tenant (the name or ID of your organization there)')
    : undefined;
  return [
    ...(descriptionOf(name) === undefined ? [] : ['login']),
    name,
    ...(host === undefined ? [] : ['--host', host]),
    ...(tenant === undefined ? [] : ['--tenant', tenant]),
  ];
}

/** The line for what is to be done with an account. */
async function accountLine(
  head: AccountHead,
  accounts: readonly AccountHead[],
  prompts: Prompts,
): Promise<readonly string[]> {
  const action = await prompts.choose(`What do you want to do with ${accountName(head)}?`, [
    { value: 'token', label: 'Print an access token' },
    { value: 'whoami', label: 'Ask the provider who is signed in' },
    { value: 'login', label: 'Sign in again' },
    { value: 'logout', label: 'Sign out' },
  ]);
  if (action === 'login') {
    return shellWords(head.target);
  }
  const others = accounts.filter(({ provider }) => provider === head.provider);
  return [action, others.length === 1 ? head.provider : accountWords(head, accounts)];
}
