import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { facebook } from './facebook.ts';
import { github } from './github.ts';
import { gitlab } from './gitlab.ts';
import { google } from './google.ts';
import { microsoft } from './microsoft.ts';
import type { Provider } from './provider.ts';
import { type ProviderIndexRow, providerIndex, providersDirectory } from './provider-index.ts';
import { providerOfFile } from './provider-of-file.ts';
import { twitch } from './twitch.ts';
import { x } from './x.ts';

/** The presets that are asked for most, which come first; the others follow by name. */
const first = new Map<string, Provider>(
  [github, google, facebook, x, gitlab, microsoft, twitch].map((provider) => [provider.name, provider]),
);

const read = new Map<string, Provider>();

/** The presets by name, in the order in which they are shown. Only a preset that is asked for is read. */
export const catalogue = {
  has: (name: string): boolean => first.has(name) || rowOf(name) !== undefined,
  keys: (): string[] => [...first.keys(), ...providerIndex().map(({ name }) => name)],
  get(name: string): Provider | undefined {
    return first.get(name) ?? (rowOf(name) === undefined ? undefined : readPreset(name));
  },
  /** Gives what lists need of a preset, without its file; nothing for those that come first. */
  rowOf,
  values: (): Provider[] => [...first.values(), ...providerIndex().map(({ name }) => readPreset(name))],
};

function rowOf(name: string): ProviderIndexRow | undefined {
  return providerIndex().find((row) => row.name === name);
}

function readPreset(name: string): Provider {
  const known = read.get(name);
  if (known !== undefined) return known;
  const file = JSON.parse(readFileSync(join(providersDirectory, `${name}.json`), 'utf8'));
  const provider = providerOfFile(name, file);
  read.set(name, provider);
  return provider;
}

/** Other names under which people look for a preset. */
export function presetAliases(): ReadonlyMap<string, string> {
  return new Map([
    ['twitter', 'x'],
    ['entra', 'microsoft'],
    ...providerIndex().flatMap(({ name, aliases }) => aliases.map((alias) => [alias, name] as const)),
  ]);
}

/** Gives the preset of that name or alias. */
export function findPreset(name: string): Provider | undefined {
  return catalogue.get(name) ?? catalogue.get(presetAliases().get(name) ?? '');
}

/** Gives the preset that stands for a host or domain, such as `github.com`, `google.com` or that of a console. */
export function presetOfHost(host: string): Provider | undefined {
  const wanted = host.toLowerCase().replace(/^www\./, '');
  const isMeant = (known: string) => known === wanted || known.split('.').slice(-2).join('.') === wanted;
  const early = [...first.values()].find((preset) => hostsOf(preset).some(isMeant));
  const row = early ?? providerIndex().find(({ hosts, pages }) => [...hosts, ...pages].some(isMeant));
  return row === undefined ? undefined : catalogue.get(row.name);
}

/** The hosts of its endpoints, and of the pages on which people register clients and review access. */
function hostsOf({ hosts, issuer, endpoints, registration, reviewPage, consoles }: Provider): string[] {
  const addresses = [issuer, ...Object.values(endpoints), registration?.page, reviewPage];
  return [
    ...addresses
      .filter((address) => address !== undefined)
      .map((address) => new URL(address.replace('{host}', hosts?.default ?? '')).hostname),
    ...(consoles ?? []),
  ].map((known) => known.replace(/^www\./, ''));
}

/** Whether a preset has exactly these origins for its authorization endpoint and its token endpoint at that issuer. */
export function isPairOfPreset(issuer: string, authorization: string, token: string): boolean {
  const preset = presetOfHost(new URL(issuer).host);
  const { authorization_endpoint, token_endpoint } = preset?.issuer === issuer ? preset.endpoints : {};
  if (authorization_endpoint === undefined || token_endpoint === undefined) return false;
  return new URL(authorization_endpoint).origin === authorization && new URL(token_endpoint).origin === token;
}
