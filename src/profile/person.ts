import { breakCommands, safeText } from '../ground/safe-text.ts';
import type { Profile } from './profile.ts';

/**
 * `octocat (The Octocat) <octocat@github.com>`: as much of it as is known, harmless to a terminal, and to a CI
 * system that takes lines for commands, since some of our lines begin with it.
 */
export function person(profile: Profile): string {
  const name = profile.name === undefined ? '' : ` (${safeText(profile.name)})`;
  const email = profile.email === undefined ? '' : ` <${safeText(profile.email)}>`;
  const first = profile.preferred_username;
  if (first !== undefined) {
    return breakCommands(`${safeText(first)}${name}${email}`);
  }
  if (profile.name !== undefined) {
    return breakCommands(`${safeText(profile.name)}${email}`);
  }
  return breakCommands(safeText(profile.email ?? profile.sub));
}
