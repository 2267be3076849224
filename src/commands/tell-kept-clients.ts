import { listKeptClients, listKeptKeys } from '../accounts/kept-clients.ts';
import type { Context } from '../ground/context.ts';
import { ConfigurationError } from '../ground/errors.ts';
import { keptClientsText } from '../output/kept-clients-text.ts';
import { type Configuration, readConfiguration } from '../settings/configuration.ts';

/**
 * The clients that are kept, in words; empty when there is none. A configuration that cannot be read counts as none: the
 * command tells of that itself. Throws what reading the files led to.
 */
export async function keptClientsWords(context: Context): Promise<string> {
  const clients = listKeptClients(context);
  if (clients.length === 0) {
    return '';
  }
  return keptClientsText(clients, listKeptKeys(context), await readableConfiguration(context));
}

async function readableConfiguration({ paths }: Context): Promise<Configuration> {
  try {
    return await readConfiguration(paths);
  } catch (error) {
    if (error instanceof ConfigurationError) {
      return { providers: new Map() };
    }
    throw error;
  }
}
