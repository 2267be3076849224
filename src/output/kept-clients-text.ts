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
  const areSecret = clients.every(({ hasSecret }) => hasSecret);
  const secrets = areSecret ? (clients.length === 1 ? ' with its secret' : ' with their secrets') : '';
  const count = `${clients.length} ${clients.length === 1 ? 'client' : 'clients'}${secrets}`;
  const held = keys.map((kind) => keyWords[kind]).join(', ');
  return [
    `Kept as well: ${count}${held === '' ? '' : `, encrypted with ${held}`}`,
    ...clients.map((client) => `  ${lineOf(client, configuration)}`),
    '',
  ].join('\n');
}

function lineOf(client: KeptClient, configuration: Configuration): string {
  const { provider, clientId, file, hasSecret, hasKey, isMadeByTool } = client;
  const isCurrent = configuration.providers.get(provider)?.client_id === clientId;
  const command = isCurrent
    ? `oauth-login setup ${shellQuoted(provider)} --remove`
    : `rm ${shellQuoted(file)}`;
  const what = [
    `client ${safeText(clientId, 400)}`,
    ...(isMadeByTool ? ['registered by oauth-login'] : []),
    ...(hasKey ? ['with the key that it signs with'] : hasSecret ? [] : ['without a secret']),
  ].join(', ');
  return `${breakCommands(safeText(provider))} (${what}); to delete it:\n    ${command}`;
}
