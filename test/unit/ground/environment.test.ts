import { describe, expect, it } from 'vitest';
import { childEnvironment, commandEnvironment } from '../../../src/ground/environment.ts';

const ENV = {
  HOME: '/home/ada',
  PATH: '.:/usr/bin:bin::/bin',
  NODE_TLS_REJECT_UNAUTHORIZED: '0',
  OAUTH_LOGIN_CONFIG_DIR: '/home/ada/config',
  OAUTH_LOGIN_DATA_DIR: '/home/ada/data',
  OAUTH_LOGIN_STORE: 'passphrase',
  OAUTH_LOGIN_PASSPHRASE: 'canary',
  OAUTH_LOGIN_GITHUB_TOKEN: 'canary',
  OAUTH_LOGIN_STORE_TOKEN: 'canary',
  OAUTH_LOGIN_WORK_CLIENT_SECRET: 'canary',
  oauth_login_passphrase: 'canary',
};

describe('T60 the variables of a command of the user', () => {
  it('are all as the user has them, except those that may hold secrets', () => {
    expect(commandEnvironment(ENV)).toEqual({
      HOME: '/home/ada',
      PATH: '.:/usr/bin:bin::/bin',
      NODE_TLS_REJECT_UNAUTHORIZED: '0',
      OAUTH_LOGIN_CONFIG_DIR: '/home/ada/config',
      OAUTH_LOGIN_DATA_DIR: '/home/ada/data',
      OAUTH_LOGIN_STORE: 'passphrase',
    });
  });
});

describe('T54 the variables of a program of our choice', () => {
  it('lead to no program in the working directory, and hold nothing of ours', () => {
    expect(childEnvironment(ENV)).toEqual({ HOME: '/home/ada', PATH: '/usr/bin:/bin' });
  });
});
