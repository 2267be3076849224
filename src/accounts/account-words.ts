import { safeText } from '../ground/safe-text.ts';
import { readNamedAccount } from '../settings/named-account.ts';
import { type AccountHead, accountName } from './account.ts';

/** Whether that is a name of the account: user name, e-mail address, subject, identifier, or the name of `--as`. */
export function isNamed(name: string): (account: AccountHead) => boolean {
  const wanted = name.toLowerCase();
  return (account) =>
    [account.id, account.alias, account.profile?.email, account.profile?.sub, accountName(account)].some(
      (text) => text?.toLowerCase() === wanted,
    );
}

/**
 * Whether that means the account wherever nothing else says its provider: `github:octocat`, the name of `--as`, an
 * identifier, or the name of a provider.
 */
export function isMeantBy(text: string): (account: AccountHead) => boolean {
  const read = readNamedAccount(text);
  if (read === undefined) {
    const wanted = text.toLowerCase();
    return ({ id, alias, provider }) => [id, alias, provider].includes(wanted);
  }
  const isOfName = isNamed(read.account);
  return (account) => account.provider === read.provider && isOfName(account);
}

/**
 * What to type for this account and no other of them, such as `github:octocat`: the provider with the name of `--as`,
 * else the user name, else the e-mail address. Only where all of these are shared, the identifier takes their place.
 * It may hold spaces. It is harmless to a terminal.
 */
export function accountWords(head: AccountHead, accounts: readonly AccountHead[]): string {
  const rivals = accounts.filter(({ provider, id }) => provider === head.provider && id !== head.id);
  const names = [head.alias, accountName(head), head.profile?.email];
  const isClear = (name: string) => {
    const read = readNamedAccount(`${head.provider}:${name}`);
    return read?.account === name && isNamed(name)(head) && !rivals.some(isNamed(name));
  };
  const name = names.find((one) => one !== undefined && safeText(one) === one && isClear(one));
  return `${head.provider}:${name ?? head.id}`;
}
