import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { ConfigurationError } from '../../../src/ground/errors.ts';
import { platformPaths } from '../../../src/host/paths.ts';

function both(env: Record<string, string>, platform: NodeJS.Platform): [string, string] {
  const { configDir, dataDir } = platformPaths(env, platform);
  return [configDir, dataDir];
}

describe('the directories of the user', () => {
  it.each<[string, Record<string, string>, NodeJS.Platform, string, string]>([
    ['Linux', { HOME: '/h' }, 'linux', '/h/.config/oauth-login', '/h/.local/share/oauth-login'],
    [
      'XDG',
      { HOME: '/h', XDG_CONFIG_HOME: '/c', XDG_DATA_HOME: '/d' },
      'linux',
      '/c/oauth-login',
      '/d/oauth-login',
    ],
    [
      'empty XDG',
      { HOME: '/h', XDG_CONFIG_HOME: '' },
      'linux',
      '/h/.config/oauth-login',
      '/h/.local/share/oauth-login',
    ],
    [
      'XDG without HOME',
      { XDG_CONFIG_HOME: '/c', XDG_DATA_HOME: '/d' },
      'freebsd',
      '/c/oauth-login',
      '/d/oauth-login',
    ],
    [
      'macOS',
      { HOME: '/h', XDG_CONFIG_HOME: '/c' },
      'darwin',
      '/h/Library/Application Support/oauth-login',
      '/h/Library/Application Support/oauth-login',
    ],
    ['Windows', { LOCALAPPDATA: 'C:\\L' }, 'win32', 'C:\\L\\oauth-login', 'C:\\L\\oauth-login'],
    ['our own', { OAUTH_LOGIN_CONFIG_DIR: '/a', OAUTH_LOGIN_DATA_DIR: '/b' }, 'linux', '/a', '/b'],
    [
      'our own first',
      { HOME: '/h', XDG_DATA_HOME: '/d', OAUTH_LOGIN_DATA_DIR: '/b' },
      'linux',
      '/h/.config/oauth-login',
      '/b',
    ],
    [
      'our own on Windows',
      { OAUTH_LOGIN_CONFIG_DIR: 'D:\\a', OAUTH_LOGIN_DATA_DIR: 'D:\\b' },
      'win32',
      'D:\\a',
      'D:\\b',
    ],
  ])('%s', (_where, env, platform, configDir, dataDir) => {
    expect(both(env, platform)).toEqual([configDir, dataDir]);
  });

  it('are asked for only when they are used', () => {
    const paths = platformPaths({ OAUTH_LOGIN_CONFIG_DIR: '/a' }, 'linux');
    expect(paths.configDir).toBe('/a');
    expect(() => paths.dataDir).toThrow(ConfigurationError);
    expect(() => paths.dataDir).toThrow(/^HOME is not set/);
  });

  it('need a variable on Windows too', () => {
    expect(() => platformPaths({ HOME: '/h' }, 'win32').dataDir).toThrow(/^LOCALAPPDATA is not set/);
  });
});

describe('T40 a directory that others write in is no place for ours', () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'oauth-login-paths-'));
    return () => rmSync(directory, { recursive: true });
  });

  describe.each(['OAUTH_LOGIN_CONFIG_DIR', 'OAUTH_LOGIN_DATA_DIR', 'XDG_CONFIG_HOME', 'XDG_DATA_HOME'])(
    '%s',
    (variable) => {
      const read = (place: string, platform: NodeJS.Platform = 'linux') =>
        both({ HOME: '/h', [variable]: place }, platform);

      it.each([0o1777, 0o777, 0o703])('is refused with mode %o, also through a link', (mode) => {
        chmodSync(directory, mode);
        symlinkSync(directory, join(directory, 'link'));
        for (const place of [directory, join(directory, 'link')]) {
          expect(() => read(place)).toThrow(
            expect.objectContaining({
              code: 'config_shared_directory',
              exitCode: 3,
              message: `${variable} is ${place}, which everybody may write to`,
              hint: expect.stringContaining(`set ${variable} to`),
            }),
          );
        }
      });

      it.each([0o700, 0o755])('may be a directory of mode %o inside one', (mode) => {
        const inside = join(directory, 'inside');
        chmodSync(directory, 0o1777);
        mkdirSync(inside, { mode });
        expect(read(inside).join()).toContain(inside);
        expect(read(join(inside, 'absent', 'yet')).join()).toContain(inside);
        writeFileSync(join(inside, 'file'), '');
        expect(read(join(inside, 'file', 'below')).join()).toContain(inside);
      });
    },
  );

  it('is of no concern where modes mean nothing', () => {
    chmodSync(directory, 0o777);
    const windows = `C:${directory.replaceAll('/', '\\')}`;
    expect(both({ OAUTH_LOGIN_CONFIG_DIR: windows, OAUTH_LOGIN_DATA_DIR: windows }, 'win32')[0]).toBe(
      windows,
    );
  });
});

describe('T40 a relative directory would be another one wherever the command is run', () => {
  it.each(['OAUTH_LOGIN_CONFIG_DIR', 'OAUTH_LOGIN_DATA_DIR', 'XDG_CONFIG_HOME', 'XDG_DATA_HOME', 'HOME'])(
    'refuses a relative %s',
    (variable) => {
      const relative = { HOME: '/h', [variable]: 'some/where' };
      expect(() => both(relative, 'linux')).toThrow(`${variable} is not an absolute path`);
      expect(() => both({ HOME: '/h', [variable]: '.' }, 'linux')).toThrow(ConfigurationError);
    },
  );

  it.each<[string, NodeJS.Platform]>([
    ['HOME', 'linux'],
    ['LOCALAPPDATA', 'win32'],
  ])('that need %s do not advise to unset it, which would not help', (variable, platform) => {
    const hint = (env: Record<string, string>) => {
      try {
        return both(env, platform).join();
      } catch (error) {
        return error instanceof ConfigurationError ? error.hint : String(error);
      }
    };
    expect(hint({ [variable]: 'relative' })).toBe(
      `set ${variable} to an absolute path, or OAUTH_LOGIN_CONFIG_DIR and OAUTH_LOGIN_DATA_DIR`,
    );
    expect(hint({ [variable]: 'relative', OAUTH_LOGIN_CONFIG_DIR: 'too' })).toContain('or unset it');
  });
});
