import { createServer, type RequestListener } from 'node:http';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { environmentForNpm } from '../../../scripts/npm.mjs';
import { closeAfterTest } from '../../support/close-after-test.ts';
import { installTarball } from '../../support/packed-command.ts';
import { temporaryDirectory } from '../../support/programs.ts';
import { listenOnLoopback } from '../../support/reverse-proxy.ts';

afterEach(() => vi.unstubAllEnvs());

describe('the npm that the tests start', () => {
  it('has the settings of this machine, in either spelling', () => {
    const settings = {
      PATH: '/usr/bin',
      NPM_CONFIG_USERCONFIG: '/home/ada/company.npmrc',
      npm_config_registry: 'https://npm.example/',
      npm_config_cache: '/var/cache/npm',
      npm_config_cafile: '/etc/company.pem',
      NPM_CONFIG_HTTPS_PROXY: 'http://proxy.example:3128',
      'npm_config_//npm.example/:_authToken': 'x',
    };
    expect(environmentForNpm(settings)).toEqual(settings);
  });

  it('has nothing that an outer npm set for its own run', () => {
    expect(
      environmentForNpm({
        npm_config_prefix: '/outer',
        NPM_CONFIG_GLOBAL: 'true',
        npm_config_local_prefix: '/outer',
        npm_config_global_prefix: '/outer',
        npm_config_location: 'global',
        npm_config_workspace: 'one',
        npm_config_loglevel: 'silent',
        npm_config_dry_run: 'true',
        npm_package_json: '/outer/package.json',
        npm_lifecycle_event: 'test',
        npm_command: 'run',
        npm_execpath: '/outer/npm-cli.js',
      }),
    ).toEqual({});
  });

  it('asks the registry of those settings', async () => {
    const asked: string[] = [];
    await useRegistry((request, response) => {
      asked.push(request.url ?? '');
      response.writeHead(404).end('{}');
    });
    await expect(install()).rejects.toThrow(/installing the packed command \(npm install .*ended with 1/s);
    expect(asked).toEqual(['/a-package-of-no-registry']);
  });

  it('is stopped when that registry never answers', async () => {
    await useRegistry(() => {});
    vi.stubEnv('OAUTH_LOGIN_SETUP_LIMIT', '1');
    await expect(install()).rejects.toThrow(/did not end within 1 s/);
  });

  async function useRegistry(answer: RequestListener): Promise<void> {
    const registry = createServer(answer);
    vi.stubEnv('npm_config_registry', await listenOnLoopback(registry));
    closeAfterTest({
      close: () => {
        registry.closeAllConnections();
        registry.close();
      },
    });
  }

  function install(): Promise<string> {
    const { path, remove } = temporaryDirectory();
    closeAfterTest({ close: remove });
    vi.stubEnv('npm_config_cache', path);
    return installTarball('a-package-of-no-registry', path);
  }
});
