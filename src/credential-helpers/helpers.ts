import { gitHelper } from './git.ts';
import type { Helper } from './helper.ts';

/** The helpers by the names that people type. */
export const helpers: Readonly<Record<string, Helper>> = {
  git: gitHelper,
};
