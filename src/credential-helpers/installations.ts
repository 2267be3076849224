import { gitInstallation } from './install-git.ts';
import { dockerInstallation, mcpInstallation } from './install-json.ts';
import type { Installation } from './installation.ts';

/** How other programs are told to ask, by the kind of the helper. */
export const installations: Readonly<Record<string, Installation>> = {
  git: gitInstallation,
  docker: dockerInstallation,
  mcp: mcpInstallation,
};
