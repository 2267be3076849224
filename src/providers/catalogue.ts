import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { nameWithoutOAuth1 } from './oauth1.ts';
import { popularProviders as first } from './popular-providers.ts';
import type { Provider } from './provider.ts';
import type { ProviderFile } from './provider-file.ts';
import { providerIndex, providersDirectory } from './provider-index.ts';
import type { ProviderIndexRow } from './provider-index-row.ts';
import { providerOfFile } from './provider-of-file.ts';

const read = new Map<string, Provider>();

/** The presets by name, in the order in which they are shown. Only a preset that is asked for is read. */
export const catalogue = {
  has: (name: string): boolean => rowOf(name) !== undefined,
  keys: (): string[] => rows().map(({ name }) => name),
  get: (name: string): Provider | undefined => (rowOf(name) === undefined ? undefined : readPreset(name)),
  /** Gives what lists need of a preset, without its file. */
  rowOf,
  values: (): Provider[] => rows().map(({ name }) => readPreset(name)),
};

function rows(): ProviderIndexRow[] {
  const others = providerIndex().filter(({ name }) => !first.includes(name));
  return [...first.flatMap((name) => rowOf(name) ?? []), ...others];
}

function rowOf(name: string): ProviderIndexRow | undefined {
  return providerIndex().find((row) => row.name === name);
}

function readPreset(name: string): Provider {
  const known = read.get(name);
  if (known !== undefined) {
    return known;
  }
  const provider = providerOfFile(name, presetFile(name));
  read.set(name, provider);
  return provider;
}

/** Gives a preset's file, without its `$schema`, which is right in this package only. */
export function presetFile(name: string): ProviderFile {
  const { $schema: _schema, ...file } = JSON.parse(
    readFileSync(join(providersDirectory, `${name}.json`), 'utf8'),
  );
  return file;
}

/** Other names under which people look for a preset. */
export function presetAliases(): ReadonlyMap<string, string> {
  return new Map(
    providerIndex().flatMap(({ name, aliases }) => aliases.map((alias) => [alias, name] as const)),
  );
}

/** Gives the preset of that name or alias; `x-oauth1` is the preset `x` by OAuth 1.0a. */
export function findPreset(name: string): Provider | undefined {
  const preset = catalogue.get(name) ?? catalogue.get(presetAliases().get(name) ?? '');
  const other = preset === undefined ? nameWithoutOAuth1(name) : undefined;
  return other === undefined ? preset : findPreset(other)?.byOAuth1?.();
}

/** Gives the preset that stands for a host or domain, such as `github.com`, `google.com` or that of a console. */
export function presetOfHost(host: string): Provider | undefined {
  const wanted = host.toLowerCase().replace(/^www\./, '');
  const isMeant = (known: string) =>
    known.replace(/^www\./, '') === wanted || known.split('.').slice(-2).join('.') === wanted;
  const row = rows().find(({ hosts, pages }) => [...hosts, ...pages].some(isMeant));
  return row === undefined ? undefined : catalogue.get(row.name);
}

/** Whether a preset has exactly these origins for its authorization endpoint and its token endpoint at that issuer. */
export function isPairOfPreset(issuer: string, authorization: string, token: string): boolean {
  const preset = presetOfHost(new URL(issuer).host);
  const { authorization_endpoint, token_endpoint } = preset?.issuer === issuer ? preset.endpoints : {};
  if (authorization_endpoint === undefined || token_endpoint === undefined) {
    return false;
  }
  return new URL(authorization_endpoint).origin === authorization && new URL(token_endpoint).origin === token;
}
