import { join } from 'node:path';
import { plainObject } from '../../ground/plain-json.ts';
import { homeFile } from './home-file.ts';
import { type Entry, jsonInstallation } from './json-file.ts';

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
  ({ origins = [] }) => origins.map((origin) => entryOf(new URL(origin).host)),
  (document) => Object.keys(plainObject(document.credHelpers) ?? {}).map(entryOf),
);

function entryOf(host: string): Entry {
  return [['credHelpers', host], 'oauth-login'];
}
