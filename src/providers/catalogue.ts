import { facebook } from './facebook.ts';
import { github } from './github.ts';
import { gitlab } from './gitlab.ts';
import { google } from './google.ts';
import { microsoft } from './microsoft.ts';
import type { Provider } from './provider.ts';
import { twitch } from './twitch.ts';
import { x } from './x.ts';

const presets: readonly Provider[] = [github, google, facebook, x, gitlab, microsoft, twitch];

/** The presets by name, in the order in which they are shown. */
export const catalogue: ReadonlyMap<string, Provider> = new Map(
  presets.map((provider) => [provider.name, provider]),
);

/** Other names under which people look for a preset. */
export const aliases: ReadonlyMap<string, string> = new Map([
  ['twitter', 'x'],
  ['entra', 'microsoft'],
]);

/** Gives the preset of that name or alias. */
export function findPreset(name: string): Provider | undefined {
  return catalogue.get(aliases.get(name) ?? name);
}

/** Gives the preset that stands for a host or domain, such as `github.com` or `google.com`. */
export function presetOfHost(host: string): Provider | undefined {
  const wanted = host.toLowerCase().replace(/^www\./, '');
  return presets.find(({ hosts, issuer, endpoints }) =>
    [issuer, ...Object.values(endpoints)]
      .map((address) => new URL(address.replace('{host}', hosts?.default ?? '')).hostname)
      .some((known) => known === wanted || known.split('.').slice(-2).join('.') === wanted),
  );
}
