import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AbortedError, ConfigurationError } from '../../../src/ground/errors.ts';
import { systemClock } from '../../../src/host/clock.ts';
import { platformPaths } from '../../../src/host/paths.ts';
import { ownIdentity } from '../../../src/secrets/process-identity.ts';
import { readConfiguration } from '../../../src/settings/configuration.ts';
import { writeProviderConfiguration, writeStoreChoice } from '../../../src/settings/configuration-change.ts';
import { openConfigurationLock } from '../../../src/settings/configuration-lock.ts';
import { fakeClock } from '../../support/fake-context.ts';

let directory: string;
const paths = () => ({ configDir: directory, dataDir: join(directory, 'data') });
const surroundings = (elsewhere = paths()) => ({
  paths: elsewhere,
  clock: systemClock,
  signal: new AbortController().signal,
});
const file = () => join(directory, 'config.json');

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'oauth-login-config-'));
});
afterEach(() => {
  rmSync(directory, { recursive: true, force: true });
});

it('goes on without a configuration where there is no home', async () => {
  const nowhere = platformPaths({}, 'linux');
  expect(await readConfiguration(nowhere)).toEqual({ providers: new Map() });
  await expect(readConfiguration(platformPaths({ HOME: 'relative' }, 'linux'))).rejects.toMatchObject({
    code: 'config_invalid_value',
  });
});

it('passes over a byte order mark', async () => {
  writeFileSync(file(), '\ufeff{"store":"file"}');
  expect(await readConfiguration(paths())).toMatchObject({ store: 'file' });
});

async function problem(source: string): Promise<string> {
  writeFileSync(file(), source);
  try {
    await readConfiguration(paths());
  } catch (error) {
    if (error instanceof ConfigurationError) {
      return `${error.code} ${error.message.replace(directory, '')}`;
    }
    throw error;
  }
  return 'accepted';
}

describe('the configuration file', () => {
  it('is empty when absent', async () => {
    expect(await readConfiguration(paths())).toEqual({ providers: new Map() });
  });

  it('names file, line, key and what was expected', async () => {
    const source =
      '{\n  "store": "file",\n  "providers": {\n    "github": {\n      "clientid": "x"\n    }\n  }\n}\n';
    expect(await problem(source)).toMatch(
      /^config_invalid_file \/config\.json:5: key "providers"\."github"\."clientid" is not a key; did you mean client_id\?$/,
    );
  });

  it('names the line of a syntax error', async () => {
    expect(await problem('{\n  "store": "file",\n  oops\n}\n')).toMatch(
      /config\.json:3:.* is not JSON: a value is not valid JSON/,
    );
  });

  it.each([
    [
      '{"store": "file",}',
      /a name in double quotes is missing \(there must be no comma before a closing brace\)/,
    ],
    [
      '{"providers": {"x": {"scopes": ["a",]}}}',
      /a value is missing \(there must be no comma before a closing bracket/,
    ],
    ['{"store": "file" "providers": {}}', /a comma is missing between two members/],
    ['{"store" "file"}', /a colon is missing/],
    ['{"store": "file"', /a closing brace is missing/],
    ['// mine\n{}', /comments are not allowed/],
    ['{"store": "file}', /a closing double quote is missing/],
  ])('says in words why %s is not JSON', async (source, expected) => {
    const words = await problem(source);
    expect(words).toMatch(expected);
    expect(words).not.toMatch(/[a-z][A-Z]/);
  });

  it.each([
    [
      '{"providers": {"x": {"preset": "githb"}}}',
      /"preset" expected the name of a preset.*; did you mean github\?$/,
    ],
    ['{"providers": {"x": {"endpoints": {"token_endpont": "y"}}}}', /; did you mean token_endpoint\?$/],
    ['{"provider": {}}', /; did you mean providers\?$/],
  ])('names what may be meant by %s', async (source, expected) => {
    expect(await problem(source)).toMatch(expected);
  });

  it.each(['store', 'providers"."x"."preset', 'providers"."x"."client_authentication'])(
    'refuses a value of "%s" that nests five thousand levels',
    async (path) => {
      const [first = '', ...rest] = path.split('"."');
      const value = `${'['.repeat(5000)}${']'.repeat(5000)}`;
      const inner = rest.reduceRight((nested, key) => `{"${key}":${nested}}`, value);
      expect(await problem(`{"${first}":${inner}}`)).toMatch(/^config_invalid_file /);
    },
  );

  it('never holds a secret, and says where one belongs', async () => {
    writeFileSync(file(), '{\n"providers": {"github": {\n"client_secret": "CANARY"}}}');
    const error = await readConfiguration(paths()).catch((reason: unknown) => reason);
    expect(error).toMatchObject({
      message: `${file()}:3: key "providers"."github"."client_secret" never belongs in this file`,
      hint: 'remove the key "client_secret" in line 3, and store it encrypted with: oauth-login setup github',
    });
  });

  it.each([
    ['{"store": "plain"}', /key "store" expected "keychain", "passphrase" or "file"/],
    ['{"store": 1}', /key "store" expected/],
    ['[]', /must hold one JSON object/],
    ['{"providers": []}', /key "providers" expected an object/],
    ['{"providers": {"A b": {}}}', /expected a name of small letters/],
    ['{"providers": {"../../x": {}}}', /expected a name of small letters/],
    ['{"providers": {"x": {"scopes": "a"}}}', /"scopes" expected a list, each one scope/],
    [
      '{"providers": {"x": {"endpoints": {"authorise": "y"}}}}',
      /is not a key; expected one of authorization_endpoint/,
    ],
    ['{"command": "calc"}', /key "command" is not a key; expected one of .*providers/],
    ['{"providers": {"x": {"scopes": ["a b"]}}}', /"scopes"\[0\] expected one scope, without spaces/],
    ['{"providers": {"x": {"issuer": "https://["}}}', /"issuer" expected an https URL/],
    [
      '{"providers": {"x": {"endpoints": {"token_endpoint": "token"}}}}',
      /"token_endpoint" expected an https/,
    ],
    ...[
      'http://x.example/cb',
      'http://127.0.0.1:80/cb',
      'http://127.0.0.1:8765/../cb',
      'http://127.1/cb',
    ].map((uri): [string, RegExp] => [
      `{"providers": {"x": {"redirect_uri": "${uri}"}}}`,
      /"redirect_uri" expected a URI such as/,
    ]),
    [
      '{"providers": {"x": {"parameters": {"state": "1"}}}}',
      /"parameters"\."state" expected a parameter that oauth-login does not set itself/,
    ],
    ['{"providers": {"x": {"token_endpoint_origin": "https://x.example/"}}}', /expected an origin/],
  ])('refuses %s', async (source, expected) => {
    expect(await problem(source)).toMatch(expected);
  });

  it.each(['__proto__', 'constructor', 'prototype'])(
    'refuses the key %s at every depth (T42)',
    async (name) => {
      expect(await problem(`{"${name}": {"polluted": true}}`)).toMatch(/config_invalid_file/);
      expect(await problem(`{"providers": {"${name}": {"client_id": "x"}}}`)).toMatch(/config_invalid_file/);
      expect(await problem(`{"providers": {"x": {"${name}": {"polluted": "y"}}}}`)).toMatch(
        /config_invalid_file/,
      );
      expect(await problem(`{"providers": {"x": {"parameters": {"${name}": "y"}}}}`)).toMatch(
        /config_invalid_file/,
      );
      expect('polluted' in {}).toBe(false);
    },
  );

  it.each(['Ad\u001b[2Jam', 'tab\there', 'bidi\u202e', 'line\u2028', '', 'x'.repeat(101)])(
    'refuses the label %j, which would be shown as it is (T32)',
    async (label) => {
      expect(await problem(JSON.stringify({ providers: { x: { label } } }))).toMatch(/"label" expected/);
    },
  );

  it('keeps what it does not change, and is readable by its owner only', async () => {
    writeFileSync(file(), '{"store":"file","providers":{"a":{"client_id":"1"}}}');
    await writeProviderConfiguration(surroundings(), 'b', { client_id: '2' });
    await writeStoreChoice(surroundings(), 'keychain');
    expect(JSON.parse(readFileSync(file(), 'utf8'))).toEqual({
      store: 'keychain',
      providers: { a: { client_id: '1' }, b: { client_id: '2' } },
    });
    expect(statSync(file()).mode & 0o777).toBe(0o600);
  });

  it('stays a link where it is one', async () => {
    const elsewhere = join(directory, 'dotfiles.json');
    writeFileSync(elsewhere, '{}');
    symlinkSync(elsewhere, file());
    await writeStoreChoice(surroundings(), 'file');
    expect(lstatSync(file()).isSymbolicLink()).toBe(true);
    expect(JSON.parse(readFileSync(elsewhere, 'utf8'))).toEqual({ store: 'file' });
  });

  it('leaves no lock behind, whether the change was made or refused', async () => {
    await writeStoreChoice(surroundings(), 'file');
    writeFileSync(file(), '{"stor":"file"}');
    await expect(writeStoreChoice(surroundings(), 'keychain')).rejects.toThrow();
    expect(readdirSync(directory)).toEqual(['config.json']);
  });

  it('waits for another process that changes it', async () => {
    writeFileSync(`${file()}.lock`, '');
    const change = writeStoreChoice(surroundings(), 'file');
    await systemClock.sleep(100);
    expect(existsSync(file())).toBe(false);
    rmSync(`${file()}.lock`);
    await change;
    expect(JSON.parse(readFileSync(file(), 'utf8'))).toEqual({ store: 'file' });
  });

  it('is given up after five seconds of another process, naming the lock and the next step', async () => {
    writeFileSync(`${file()}.lock`, '');
    const clock = fakeClock('pass');
    const began = clock.monotonic();
    await expect(writeStoreChoice({ ...surroundings(), clock }, 'file')).rejects.toMatchObject({
      code: 'config_busy',
      exitCode: 3,
      hint: expect.stringContaining(`rm ${file()}.lock`),
    });
    // By its own clock, in which the real time of a busy machine counts as well.
    expect(clock.sleeps.length).toBeGreaterThan(0);
    expect(clock.monotonic() - began).toBeGreaterThanOrEqual(5_000);
    expect(readdirSync(directory)).toEqual(['config.json.lock']);
  });

  it('takes over at once what a process left that is gone', async () => {
    const gone = { token: '0'.repeat(32), ...ownIdentity(), started: '1' };
    writeFileSync(`${file()}.lock`, JSON.stringify(gone), { mode: 0o600 });
    const clock = fakeClock('pass');
    await writeStoreChoice({ ...surroundings(), clock }, 'file');
    expect(clock.sleeps).toEqual([]);
    expect(readdirSync(directory)).toEqual(['config.json']);
  });

  it('is changed in a directory that others can read as well', async () => {
    chmodSync(directory, 0o755);
    await writeStoreChoice(surroundings(), 'file');
    expect(JSON.parse(readFileSync(file(), 'utf8'))).toEqual({ store: 'file' });
  });

  it('keeps what another process wrote that took the lock over', async () => {
    const lock = await openConfigurationLock(file(), surroundings());
    rmSync(`${file()}.lock`);
    const other = await openConfigurationLock(file(), surroundings());
    expect(() => lock.replace('{"store":"keychain"}')).toThrow(/another process has been changing/);
    other.replace('{"store":"file"}');
    expect(readFileSync(file(), 'utf8')).toBe('{"store":"file"}');
    expect(readdirSync(directory)).toEqual(['config.json']);
  });

  it('stops waiting at Ctrl-C', async () => {
    writeFileSync(`${file()}.lock`, '');
    const stop = new AbortController();
    const change = writeStoreChoice({ ...surroundings(), signal: stop.signal }, 'file');
    stop.abort(new AbortedError());
    await expect(change).rejects.toThrow(AbortedError);
  });

  it('is changed through a link by one process at a time', async () => {
    const elsewhere = join(directory, 'dotfiles.json');
    writeFileSync(elsewhere, '{}');
    symlinkSync(elsewhere, file());
    const names = ['a', 'b', 'c', 'd', 'e'];
    await Promise.all(
      names.map((name) => writeProviderConfiguration(surroundings(), name, { client_id: name })),
    );
    expect(Object.keys(JSON.parse(readFileSync(elsewhere, 'utf8')).providers).sort()).toEqual(names);
    expect(readdirSync(directory).sort()).toEqual(['config.json', 'dotfiles.json']);
  });

  it('changes nothing when the file has a typo', async () => {
    writeFileSync(file(), '{"stor":"file"}');
    await expect(writeProviderConfiguration(surroundings(), 'b', { client_id: '2' })).rejects.toThrow(
      /"stor" is not a key/,
    );
    expect(readFileSync(file(), 'utf8')).toBe('{"stor":"file"}');
  });

  it('says so when it cannot be written', async () => {
    const blocked = join(directory, 'blocked');
    writeFileSync(blocked, 'a file where the directory should be');
    chmodSync(blocked, 0o400);
    const elsewhere = { configDir: join(blocked, 'x'), dataDir: directory };
    await expect(writeStoreChoice(surroundings(elsewhere), 'file')).rejects.toMatchObject({ exitCode: 3 });
  });

  it('says so when it cannot be read', async () => {
    mkdirSync(file());
    await expect(readConfiguration(paths())).rejects.toMatchObject({ code: 'config_invalid_file' });
  });
});
