import { listKeptClients, listKeptKeys } from '../accounts/kept-clients.ts';
import type { Context } from '../ground/context.ts';
import { keptClientsText } from '../output/kept-clients-text.ts';
import { readConfiguration } from '../settings/configuration.ts';

/** The clients that are kept, in words; empty when there is none. Throws what reading the files and the configuration led to. */
export async function keptClientsWords(context: Context): Promise<string> {
  const clients = listKeptClients(context);
  if (clients.length === 0) {
    return '';
  }
  return keptClientsText(clients, listKeptKeys(context), await readConfiguration(context.paths));
}
