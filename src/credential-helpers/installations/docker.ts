import { join } from 'node:path';
import { homeFile } from './home-file.ts';
import { jsonInstallation } from './json-file.ts';

/** docker asks this helper for the registries that are named. */
export const dockerInstallation = jsonInstallation(
  {
    what: 'the configuration of docker',
    file({ surroundings }) {
      const { DOCKER_CONFIG } = surroundings.env;
      return DOCKER_CONFIG
        ? join(DOCKER_CONFIG, 'config.json')
        : homeFile(surroundings, '.docker', 'config.json');
    },
  },
  ({ origins }) => origins.map((origin) => [['credHelpers', new URL(origin).host], 'oauth-login']),
);
