import type { Configuration } from './configuration.ts';
import { namedPreset } from './named-preset.ts';

/** Whether a target is a network in which people go by handles, each of which leads to a server of its own. */
export function isNetworkOfPeople(target: string, configuration: Configuration): boolean {
  const name = target.toLowerCase();
  const entry = configuration.providers.get(name);
  const identity = entry?.identity ?? namedPreset(entry?.preset ?? name, configuration)?.identity;
  return identity?.kind === 'atproto';
}
