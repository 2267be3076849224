import type { Context } from '../ground/context.ts';
import { defined } from '../ground/defined.ts';
import { AbortedError, UsageError } from '../ground/errors.ts';
import { shellQuoted } from '../ground/file-system-words.ts';
import { isInteractive } from '../ground/presence.ts';
import {
  addedProviderText,
  addProviderQuestion,
  offeredProviderText,
} from '../output/added-provider-text.ts';
import { writeWords } from '../output/write-words.ts';
import { findPreset, presetFile } from '../providers/catalogue.ts';
import { readConfiguration } from '../settings/configuration.ts';
import { addedProvider, presetNames } from '../settings/named-preset.ts';
import { unknownProvider } from '../settings/unknown-provider.ts';
import { type AddWish, addProvider, offeredProvider, providerActions } from '../setup/add-provider.ts';
import { removeProvider } from '../setup/remove-provider.ts';

/** The flags of `providers add`. */
export interface AddFlags extends AddWish {
  readonly yes?: boolean;
}

/** Whether the first word says what to do with a provider file. Throws a `UsageError` for a second word after a name. */
export function isProviderAction(first: string | undefined, second: string | undefined): first is string {
  if (first !== undefined && providerActions.has(first)) {
    return true;
  }
  if (second === undefined) {
    return false;
  }
  throw new UsageError('usage_invalid', `too many words for providers: ${JSON.stringify(second)}`, {
    hint: 'show one provider at a time, for example: oauth-login providers github; to search them, use: oauth-login providers --search cloud',
  });
}

/** `oauth-login providers add | export | remove`. */
export async function changeProviders(
  action: string,
  what: string | undefined,
  flags: AddFlags,
  context: Context,
): Promise<void> {
  if (what === undefined) {
    const [needed, example] = action === 'add' ? ['a file, a URL or -', 'acme.json'] : ['a name', 'acme'];
    throw new UsageError('usage_invalid', `providers ${action} needs ${needed}`, {
      hint: `for example: oauth-login providers ${action} ${example}`,
    });
  }
  if (action === 'add') {
    return add(what, flags, context);
  }
  const name = what.toLowerCase();
  if (action === 'remove') {
    writeWords(context, `Removed ${await removeProvider(name, context)}.\n`, 'done');
    return;
  }
  context.stdout.write(await exported(name, context));
}

async function add(source: string, flags: AddFlags, context: Context): Promise<void> {
  const offered = await offeredProvider(source, checkedWish(flags), context);
  const { name, file, hosts } = offered;
  context.stderr.write(offeredProviderText(name, file, hosts));
  if (flags.yes !== true) {
    await confirm(source, name, flags, context);
  }
  writeWords(context, addedProviderText(name, file, await addProvider(offered, context)), 'done');
}

function checkedWish({ name, replace }: AddFlags): AddWish {
  return defined({ name: name?.toLowerCase(), replace });
}

async function confirm(source: string, name: string, { replace }: AddFlags, context: Context): Promise<void> {
  const again = `oauth-login providers add ${shellQuoted(source)} --name ${name}${replace ? ' --replace' : ''}`;
  if (!isInteractive(context)) {
    throw new UsageError('usage_invalid', `${name} was not added, because nobody could be asked`, {
      hint: `if all of these hosts belong to the provider: ${again} --yes`,
    });
  }
  const prompts = await context.openPrompts();
  if (!(await prompts.confirm(addProviderQuestion(name), false))) {
    throw new AbortedError('stopped; nothing was added', `to be asked again: ${again}`);
  }
}

async function exported(name: string, context: Context): Promise<string> {
  const configuration = await readConfiguration(context.paths);
  const own = addedProvider(name, configuration.added);
  if (own !== undefined) {
    return own.source;
  }
  const preset = findPreset(name);
  if (preset !== undefined) {
    return `${JSON.stringify(presetFile(preset.name), null, 2)}\n`;
  }
  if (!configuration.providers.has(name)) {
    throw unknownProvider(name, presetNames(configuration));
  }
  throw new UsageError('usage_invalid', `${name} is an entry in config.json, and has no file`, {
    hint: 'for an example to start from: oauth-login providers export github',
  });
}
