import type { KeptClient } from '../accounts/kept-clients.ts';
import { shellQuoted } from '../ground/file-system-words.ts';
import { breakCommands, safeText } from '../ground/safe-text.ts';
import type { StoreKind } from '../secrets/store-kind.ts';
import type { Configuration } from '../settings/configuration.ts';

/** What a sealing key of each kind is, in a few words. */
const keyWords: Readonly<Record<StoreKind, string>> = {
  keychain: "the key in the system's keychain",
  passphrase: 'the key of your passphrase',
  file: 'the key file',
};

/** What `status` and `logout --all` say of clients and keys that stay, and how each client is deleted. */
export function keptClientsText(
  clients: readonly KeptClient[],
  keys: readonly StoreKind[],
  configuration: Configuration,
): string {
  const count = `${clients.length} ${clients.length === 1 ? 'client with its secret' : 'clients with their secrets'}`;
  const held = keys.map((kind) => keyWords[kind]).join(', ');
  return [
    `Kept as well: ${count}${held === '' ? '' : `, encrypted with ${held}`}`,
    ...clients.map((client) => `  ${lineOf(client, configuration)}`),
    '',
  ].join('\n');
}

function lineOf({ provider, clientId, file }: KeptClient, configuration: Configuration): string {
  const isCurrent = configuration.providers.get(provider)?.client_id === clientId;
  const command = isCurrent
    ? `oauth-login setup ${shellQuoted(provider)} --remove`
    : `rm ${shellQuoted(file)}`;
  return `${breakCommands(safeText(provider))} (client ${safeText(clientId, 400)}); to delete it:\n    ${command}`;
}
