import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import type { IncomingHttpHeaders } from 'node:http';
import { delimiter, join } from 'node:path';
import { fromProcess } from '@aws-sdk/credential-provider-process';
import { ExternalAccountClient } from 'google-auth-library';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { type OtherPrograms, openOtherPrograms } from '../support/other-program.ts';
import { readBody } from '../support/reverse-proxy.ts';
import { serveHttp, type TestServer } from '../support/tls.ts';

const ROLE = 'arn:aws:iam::123456789012:role/ada';
const AUDIENCE = '//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/providers/ada';

let programs: OtherPrograms;
let cloud: TestServer;
let asked: { readonly form: URLSearchParams; readonly headers: IncomingHttpHeaders }[];
let reply: { status: number; type: string; body: string };
let idToken: string;

const end = '2030-01-01T00:00:00Z';
const credentials = `<AccessKeyId>ASIAEXAMPLE</AccessKeyId><SecretAccessKey>a/secret+key=</SecretAccessKey><SessionToken>a/session+token==</SessionToken><Expiration>${end}</Expiration>`;
const assumed = `<AssumeRoleWithWebIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleWithWebIdentityResult><Credentials>${credentials}</Credentials></AssumeRoleWithWebIdentityResult></AssumeRoleWithWebIdentityResponse>`;

beforeAll(async () => {
  programs = await openOtherPrograms();
  await programs.signIn();
  cloud = await serveHttp(async (request, response) => {
    asked.push({ form: new URLSearchParams((await readBody(request)).toString()), headers: request.headers });
    response.writeHead(reply.status, { 'content-type': reply.type }).end(reply.body);
  });
  idToken = (await programs.home.runHere(['token', '--id-token'])).stdout.trim();
});
afterAll(async () => {
  await cloud?.close();
  await programs?.close();
});
beforeEach(() => {
  asked = [];
  reply = { status: 200, type: 'text/xml', body: assumed };
});

/** A command line for a program that cannot be given an environment. */
function command(...words: readonly string[]): string {
  const variables = { ...programs.home.environment, AWS_ENDPOINT_URL_STS: cloud.origin };
  const environment = Object.entries(variables).map(([name, value]) => `${name}=${value}`);
  return ['/usr/bin/env', ...environment, join(programs.work, 'bin/oauth-login'), ...words].join(' ');
}

/** An SDK starts the command with the variables of this process. */
function useHome(more: Readonly<Record<string, string>>): void {
  const path = [join(programs.work, 'bin'), process.env.PATH].join(delimiter);
  for (const [name, value] of Object.entries({ ...programs.home.environment, PATH: path, ...more })) {
    vi.stubEnv(name, value);
  }
}
afterEach(() => vi.unstubAllEnvs());

describe('the SDK of AWS with credential_process', () => {
  it('gets credentials of the role for the ID Token, in a request that is not signed', async () => {
    const configFilepath = join(programs.work, 'aws-config');
    const line = command('credential', 'aws', 'forge', '--role-arn', ROLE, '--session-name', 'ada');
    writeFileSync(configFilepath, `[profile own]\ncredential_process = ${line}\n`);
    const provide = fromProcess({ profile: 'own', configFilepath, filepath: join(programs.work, 'none') });
    expect(await provide()).toMatchObject({
      accessKeyId: 'ASIAEXAMPLE',
      secretAccessKey: 'a/secret+key=',
      sessionToken: 'a/session+token==',
      expiration: new Date(end),
    });
    expect(asked).toHaveLength(1);
    expect(Object.fromEntries(asked[0]?.form ?? [])).toEqual({
      Action: 'AssumeRoleWithWebIdentity',
      Version: '2011-06-15',
      RoleArn: ROLE,
      RoleSessionName: 'ada',
      WebIdentityToken: idToken,
    });
    expect(asked[0]?.headers.authorization).toBeUndefined();
  });

  it('finds what --install has written, in a profile that was there', async () => {
    const configFilepath = join(programs.work, 'installed');
    const before = '[default]\nregion = eu-west-1\n\n[profile own] # mine\nregion = eu-west-1';
    writeFileSync(configFilepath, before);
    const flags = ['--profile', 'own', '--role-arn', ROLE, '--region', 'eu-west-1'];
    const change = { flags, env: { AWS_CONFIG_FILE: configFilepath } };
    expect(await programs.change('--install', 'aws', change)).toContain('AWS_PROFILE=own');
    useHome({ AWS_ENDPOINT_URL_STS: cloud.origin });
    const provide = fromProcess({ profile: 'own', configFilepath, filepath: join(programs.work, 'none') });
    expect(await provide()).toMatchObject({ accessKeyId: 'ASIAEXAMPLE' });
    expect(asked[0]?.form.get('RoleArn')).toBe(ROLE);
    await programs.change('--uninstall', 'aws', change);
    expect(readFileSync(configFilepath, 'utf8')).toBe(before);
  });

  it.each([
    [['--region', 'eu-west-1'], 'the role of AWS is needed'],
    [['--role-arn', ROLE], 'the region of AWS is needed'],
    [['--role-arn', ROLE, '--region', 'eu-west-1', '--profile', 'a]b'], 'a name for the profile'],
  ])('writes nothing for %j', async (flags, message) => {
    const file = join(programs.work, 'never-written');
    const change = programs.change('--install', 'aws', { flags, env: { AWS_CONFIG_FILE: file } });
    await expect(change).rejects.toThrow(message);
    expect(existsSync(file)).toBe(false);
  });

  const ask = (env: Readonly<Record<string, string>>, ...flags: string[]) =>
    programs.home.runHere(['credential', 'aws', 'forge', ...flags], { env });
  const here = () => ({ AWS_ENDPOINT_URL_STS: cloud.origin, AWS_ROLE_ARN: ROLE });

  it('says why AWS refused, without what was sent', async () => {
    const code = 'AccessDenied';
    reply = {
      status: 403,
      type: 'text/xml',
      body: `<ErrorResponse><Error><Code>${code}</Code><Message>${idToken}</Message></Error></ErrorResponse>`,
    };
    const { code: exitCode, stdout, stderr } = await ask(here());
    expect([exitCode, stdout]).toEqual([3, '']);
    expect(stderr).toContain('AWS did not let the account take the role (AccessDenied)');
    expect(stderr).not.toContain(idToken.slice(0, 20));
  });

  it.each([
    ['nothing', ''],
    ['a page', '<html>'],
    ['no end', assumed.replace(/<Expiration>.*<\/Expiration>/, '')],
    ['a line break in a key', assumed.replace('ASIAEXAMPLE', 'ASIA\nEXAMPLE')],
  ])('trusts no reply with %s', async (_, body) => {
    reply = { status: 200, type: 'text/xml', body };
    expect(await ask(here())).toMatchObject({ code: 6, stdout: '' });
  });

  it.each<[Record<string, string>, string[], string]>([
    [{}, ['--region', 'eu-west-1'], 'the role of AWS is needed'],
    [{ AWS_ROLE_ARN: ROLE }, [], 'the region of AWS is needed'],
    [{ AWS_ROLE_ARN: ROLE }, ['--region', 'evil.test/'], 'the region of AWS is needed'],
    [{ AWS_ROLE_ARN: ROLE, AWS_ENDPOINT_URL_STS: 'https://amazonaws.com.evil.test' }, [], 'not of AWS'],
    [{ AWS_ROLE_ARN: ROLE, AWS_ENDPOINT_URL_STS: 'http://sts.amazonaws.com' }, [], 'not of AWS'],
    [{}, ['--role-arn', 'role/ada', '--region', 'eu-west-1'], 'the role of AWS is needed'],
  ])('T02 sends nothing with %j %j', async (env, flags, message) => {
    const { code, stdout, stderr } = await ask(env, ...flags);
    expect([code, stdout, asked]).toEqual([2, '', []]);
    expect(stderr).toContain(message);
  });
});

describe('the SDK of Google', () => {
  const account = (source: object) =>
    ExternalAccountClient.fromJSON({
      type: 'external_account',
      audience: AUDIENCE,
      subject_token_type: 'urn:ietf:params:oauth:token-type:id_token',
      token_url: `${cloud.origin}/v1/token`,
      credential_source: source,
    } as Parameters<typeof ExternalAccountClient.fromJSON>[0]);

  beforeEach(() => {
    reply = {
      status: 200,
      type: 'application/json',
      body: JSON.stringify({
        access_token: 'ya29.example',
        issued_token_type: 'urn:ietf:params:oauth:token-type:access_token',
        token_type: 'Bearer',
        expires_in: 3600,
      }),
    };
  });

  it('trades the ID Token of the executable', async () => {
    vi.stubEnv('GOOGLE_EXTERNAL_ACCOUNT_ALLOW_EXECUTABLES', '1');
    const executable = { command: command('credential', 'gcp', 'forge'), timeout_millis: 30_000 };
    expect((await account({ executable })?.getAccessToken())?.token).toBe('ya29.example');
    expect(asked[0]?.form.get('subject_token')).toBe(idToken);
    expect(asked[0]?.form.get('audience')).toBe(AUDIENCE);
  });

  it('trades it with the file that --install has made, which nobody else can read', async () => {
    const file = join(programs.work, 'gcloud/own.json');
    const change = { flags: ['--audience', AUDIENCE], env: { GOOGLE_APPLICATION_CREDENTIALS: file } };
    expect(await programs.change('--install', 'gcp', change)).toContain(
      'GOOGLE_EXTERNAL_ACCOUNT_ALLOW_EXECUTABLES=1',
    );
    expect(statSync(file).mode & 0o777).toBe(0o600);
    useHome({ GOOGLE_EXTERNAL_ACCOUNT_ALLOW_EXECUTABLES: '1' });
    const written = JSON.parse(readFileSync(file, 'utf8'));
    expect(written.token_url).toBe('https://sts.googleapis.com/v1/token');
    const client = ExternalAccountClient.fromJSON({ ...written, token_url: `${cloud.origin}/v1/token` });
    expect((await client?.getAccessToken())?.token).toBe('ya29.example');
    expect(asked[0]?.form.get('subject_token')).toBe(idToken);
    await programs.change('--uninstall', 'gcp', change);
    expect(existsSync(file)).toBe(false);
  });

  it.each(['', 'pool', '//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p'])(
    'writes nothing for the audience %j',
    async (audience) => {
      const env = { GOOGLE_APPLICATION_CREDENTIALS: join(programs.work, 'never-written') };
      const change = programs.change('--install', 'gcp', { flags: ['--audience', audience], env });
      await expect(change).rejects.toThrow('the provider of the workload identity pool is needed');
      expect(existsSync(env.GOOGLE_APPLICATION_CREDENTIALS)).toBe(false);
    },
  );

  it('trades the ID Token of a file', async () => {
    const file = join(programs.work, 'id-token');
    writeFileSync(file, (await programs.home.runHere(['token', '--id-token'])).stdout);
    await account({ file })?.getAccessToken();
    expect(asked[0]?.form.get('subject_token')?.trim()).toBe(idToken);
  });

  it('reads why there is none', async () => {
    const { code, stdout } = await programs.home.runHere(['credential', 'gcp', 'nobody']);
    expect(code).not.toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ version: 1, success: false, code: expect.any(String) });
  });
});
