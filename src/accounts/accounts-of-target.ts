import { UsageError } from '../ground/errors.ts';
import { isSameButLastSlash } from '../providers/issuer-spelling.ts';
import { nameByOAuth1 } from '../providers/oauth1.ts';
import { isWithinResource } from '../providers/resource-identifier.ts';
import type { Configuration } from '../settings/configuration.ts';
import type { TargetFlags } from '../settings/target.ts';
import type { AccountHead } from './account.ts';

/** An address with a fragment names one person: no issuer and no resource has one (RFC 8414 §2, RFC 9728 §1.2). */
const FRAGMENT = /^https?:\/\/[^#]*#/i;

/**
 * The provider or issuer whose accounts alone can be meant, where the target is just its name and no flag says
 * more.
 */
export function ofTarget(target: string | undefined, flags: TargetFlags): string | undefined {
  const isPlain = [flags.host, flags.tenant, flags.issuer].every((wanted) => wanted === undefined);
  return isPlain ? target : undefined;
}

/**
 * The accounts that a target and its flags mean; all of them when neither says anything. A host that was named
 * is never passed over, not even when there is one account only: its token would go to the wrong place. The address of a
 * person, such as a WebID, means that person alone.
 *
 * Throws a `UsageError` when there is no such provider.
 */
export async function accountsOfTarget(
  target: string | undefined,
  flags: TargetFlags,
  accounts: readonly AccountHead[],
  configuration: () => Promise<Configuration>,
): Promise<readonly AccountHead[]> {
  const { host, tenant, issuer } = flags;
  const wanted = target ?? issuer;
  if (wanted === undefined) {
    return accounts.filter((account) => isSame(host, hostOf(account)) && isSame(tenant, account.tenant));
  }
  if (FRAGMENT.test(wanted) && host === undefined && tenant === undefined) {
    return accounts.filter((account) => isPerson(wanted, account) && isOfIssuer(issuer, account));
  }
  if (host === undefined && tenant === undefined && issuer === undefined) {
    const person = accounts.filter((account) => isPerson(wanted, account));
    if (person.length > 0) {
      return person;
    }
    const name = wanted.toLowerCase();
    const plain = accounts.filter(
      ({ provider, issuer: own, resource }) =>
        provider === name ||
        (resource === undefined ? isSameButLastSlash(own, wanted) : isWithinResource(wanted, resource)),
    );
    if (plain.length > 0) {
      return plain;
    }
    const byOAuth1 = accounts.filter(({ provider, oauth1 }) => oauth1 && provider === nameByOAuth1(name));
    if (byOAuth1.length > 0) {
      return byOAuth1;
    }
    const called = accounts.filter(({ alias }) => alias === name);
    if (called.length > 0 && !(await isOfProvider(name, configuration))) {
      return called;
    }
  }
  const { chooseTarget } = await import('../settings/target.ts');
  try {
    const { provider } = chooseTarget(wanted, flags, await configuration());
    return accounts.filter(
      (account) => account.provider === provider.name && isSameButLastSlash(account.issuer, provider.issuer),
    );
  } catch (error) {
    if (!(error instanceof UsageError) || error.code !== 'usage_unknown_provider') {
      throw error;
    }
    // The target may be a label or a host as `status` shows it, instead of the name of a provider.
    const shown = accounts.filter(
      (account) => isSame(wanted, account.label) || isSame(wanted, hostOf(account)),
    );
    if (shown.length === 0 || host !== undefined || tenant !== undefined) {
      throw error;
    }
    return shown;
  }
}

/** A name of `--as` never takes the place of a provider, which may have been added later (T02). */
async function isOfProvider(name: string, configuration: () => Promise<Configuration>): Promise<boolean> {
  const { isProviderName } = await import('../settings/named-preset.ts');
  return isProviderName(name, await configuration());
}

/** Whether the address is the one that the person goes by, such as a WebID: people of one host share its storage. */
function isPerson(wanted: string, { resource, profile }: AccountHead): boolean {
  return (
    resource !== undefined &&
    profile !== undefined &&
    isWithinResource(wanted, resource) &&
    new URL(wanted).href === profile.sub
  );
}

function isOfIssuer(wanted: string | undefined, { issuer }: AccountHead): boolean {
  return wanted === undefined || isSameButLastSlash(issuer, wanted);
}

function hostOf({ host, issuer }: AccountHead): string | undefined {
  return host ?? (URL.canParse(issuer) ? new URL(issuer).host : undefined);
}

function isSame(wanted: string | undefined, stored: string | undefined): boolean {
  return wanted === undefined || wanted.toLowerCase() === stored?.toLowerCase();
}
