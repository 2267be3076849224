import { findPreset } from '../../src/providers/catalogue.ts';
import type { Provider } from '../../src/providers/provider.ts';

/** Gives the preset of that name; there has to be one. */
function preset(name: string): Provider {
  const found = findPreset(name);
  if (found === undefined) {
    throw new Error(`there is no preset ${name}`);
  }
  return found;
}

export const facebook = preset('facebook');
export const github = preset('github');
export const gitlab = preset('gitlab');
export const google = preset('google');
export const microsoft = preset('microsoft');
export const twitch = preset('twitch');
export const x = preset('x');
