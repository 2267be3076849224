import { openSession } from '../accounts/session.ts';
import type { Context } from '../ground/context.ts';
import { UsageError } from '../ground/errors.ts';
import { shellQuoted } from '../ground/file-system-words.ts';
import { isSameButLastSlash, issuerOfAddress } from '../providers/issuer-spelling.ts';
import { type Configuration, PROVIDER_NAME } from '../settings/configuration.ts';
import { namedPreset } from '../settings/named-preset.ts';
import { accountAt } from './asked-sign-in.ts';

/**
 * A name stands for one provider or account: presets keep theirs, and another issuer does not inherit a client.
 *
 * Throws a `UsageError` for a name that `setup` cannot give to this issuer.
 */
export async function refuseTakenName(
  name: string,
  issuer: string,
  configuration: Configuration,
  context: Context,
): Promise<void> {
  if (!PROVIDER_NAME.test(name)) {
    throw new UsageError('usage_invalid', `${JSON.stringify(name)} cannot be the name of a provider`, {
      hint: 'use small letters, digits, ".", "_" and "-", beginning with a letter or digit, for example work-sso',
    });
  }
  const preset = namedPreset(name, configuration);
  const before = configuration.providers.get(name)?.issuer;
  const isFree = preset === undefined && before === undefined;
  const called = isFree ? (await openSession(context).store.list()).accounts : [];
  const owner = called.find(({ alias }) => alias === name);
  if (owner === undefined && preset === undefined && isSame(before, issuer)) {
    return;
  }
  const meaning = owner === undefined ? (preset?.label ?? before) : accountAt(owner);
  throw new UsageError('usage_conflict', `the name ${name} already stands for ${meaning}`, {
    hint: `choose another name for ${issuer}, for example: oauth-login setup my-${name} --issuer ${shellQuoted(issuer)}${issuer.startsWith('http:') ? ' --allow-http-loopback' : ''}`,
  });
}

function isSame(before: string | undefined, issuer: string): boolean {
  return before === undefined || isSameButLastSlash(before, issuerOfAddress(issuer));
}
