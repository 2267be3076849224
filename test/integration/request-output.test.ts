import { execFile, execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type AuthorizationServer, startAuthorizationServer } from '../support/authorization-server.ts';
import { type CalledApi, openCalledApi } from '../support/called-api.ts';
import { closeAfterTest } from '../support/close-after-test.ts';
import type { CommandLine } from '../support/command-line.ts';
import type { QuirkyServer } from '../support/quirky-server.ts';

let server: AuthorizationServer;
let api: QuirkyServer;
let line: CommandLine;
let request: CalledApi['request'];

beforeAll(async () => {
  server = await startAuthorizationServer();
});
afterAll(() => server.close());
beforeEach(async () => {
  ({ api, line, request } = closeAfterTest(await openCalledApi(server)));
});

describe('T32, T34 what a resource server sends', () => {
  const onTerminal = (...args: string[]) => {
    const shown: string[] = [];
    const stdout = { isTTY: true, write: (text: string) => shown.push(text) };
    const writeBytes = async (bytes: Uint8Array) => shown.push(Buffer.from(bytes).toString('latin1')) > 0;
    return line
      .runIn({ stdout, writeBytes }, 'request', 'work', `${api.origin}/thing`, ...args)
      .then((outcome) => ({ ...outcome, stdout: shown.join('') }));
  };

  it.each([
    ['a NUL', 'a\0b'],
    ['an escape', 'a\x1b]52;c;x\x07'],
    ['an 8-bit control', Buffer.from([0x9b, 0x32, 0x4a])],
    ['a control as UTF-8', 'a\u009b2J'],
    ['a picture', Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])],
    ['a delete', 'a\x7f'],
  ])('is not shown on a terminal when it holds %s, unless -o - asks for it', async (_, body) => {
    api.on('/thing', (_request, response) => void response.end(body));
    const refused = await onTerminal();
    expect(refused).toMatchObject({ exitCode: 2, stdout: '' });
    expect(refused.stderr).toContain('-o -');
    expect((await onTerminal('-o', '-')).stdout).toBe(Buffer.from(body).toString('latin1'));
  });

  it('is shown on a terminal when it is text, in any script', async () => {
    const text = '{"a":\t"é – 山田 😀"}\r\n'.repeat(9_000);
    api.on('/thing', (_request, response) => void response.end(text));
    const { exitCode, stdout } = await onTerminal();
    expect(exitCode).toBe(0);
    expect(Buffer.from(stdout, 'latin1').toString()).toBe(text);
  });

  it('cannot steer a terminal or a CI job by its headers', async () => {
    api.on('/thing', (_request, response) => {
      response.setHeader('x-a', '\u009b2J ##vso[task.setvariable]x');
      response.setHeader('x-c', Buffer.from('é 山 \u009b2J \u202e').toString('latin1'));
      response.setHeader('x-b', '::add-path::/tmp');
      // As bytes: with a text, Node would encode the head a second time.
      response.end(Buffer.from('x'));
    });
    const { stdout } = await request(`${api.origin}/thing`, '-i');
    expect(stdout).toContain('x-c: é 山\r\n');
    expect(stdout).toMatch(/^x-a: .*# #vso/m);
    expect(stdout).not.toMatch(/##|::|[^\r\n\P{Cc}]|\u202e/u);
  });
});

describe('request -o', () => {
  const file = (name = 'saved') => join(line.directory, name);
  const left = () =>
    readdirSync(line.directory)
      .filter((name) => name.includes('saved'))
      .sort();

  it('writes the body, with -i the head too, and nothing to standard output', async () => {
    expect(await request(`${api.origin}/thing`, '-o', file())).toEqual({
      exitCode: 0,
      stdout: '',
      stderr: '',
    });
    expect(readFileSync(file(), 'utf8')).toBe('the thing\n');
    await request(`${api.origin}/thing`, '-i', '--output', file());
    expect(readFileSync(file(), 'utf8')).toMatch(/^HTTP\/1\.1 200 OK\r\n[\s\S]+\r\n\r\nthe thing\n$/);
    expect(left()).toEqual(['saved']);
  });

  it('keeps the file as it was, and leaves nothing behind, when the response breaks off', async () => {
    writeFileSync(file(), 'of yesterday', { mode: 0o640 });
    api.on('/thing', (_, response) => {
      response.writeHead(200, { 'content-length': '100' }).write('half');
      setTimeout(() => response.destroy(), 50);
    });
    const outcome = await request(`${api.origin}/thing`, '-o', file());
    expect(outcome.exitCode).toBe(7);
    expect(readFileSync(file(), 'utf8')).toBe('of yesterday');
    expect(left()).toEqual(['saved']);
  });

  it('leaves nothing behind with --fail, for another origin, or when it is interrupted', async () => {
    api.on('/no', (_, response) => void response.writeHead(404).end('x'));
    expect((await request(`${api.origin}/no`, '--fail', '-o', file())).exitCode).toBe(5);
    expect((await request('https://evil.example/', '-o', file())).exitCode).toBe(2);
    const controller = new AbortController();
    api.on('/endless', (_, response) => {
      response.writeHead(200).write('begun');
      setTimeout(() => controller.abort(), 100);
    });
    const { signal } = controller;
    const outcome = await line.runIn({ signal }, 'request', 'work', `${api.origin}/endless`, '-o', file());
    expect(outcome.exitCode).toBe(130);
    expect(left()).toEqual([]);
  });

  it('does not even send the request when the file cannot be written', async () => {
    const outcome = await request(
      `${api.origin}/thing`,
      '-X',
      'DELETE',
      '-o',
      join(line.directory, 'no', 'saved'),
    );
    expect(outcome.exitCode).toBe(8);
    expect(outcome.stderr).toContain('(no such file or directory)');
    expect((await request(`${api.origin}/thing`, '-o', line.directory)).exitCode).toBe(8);
    expect(api.requests).toEqual([]);
  });

  it('writes through a link, and into a pipe instead of in its place', async () => {
    writeFileSync(file('saved-target'), 'old', { mode: 0o640 });
    symlinkSync(file('saved-target'), file('saved-link'));
    await request(`${api.origin}/thing`, '-o', file('saved-link'));
    expect(readFileSync(file('saved-target'), 'utf8')).toBe('the thing\n');
    expect(left()).toEqual(['saved-link', 'saved-target']);
    execFileSync('mkfifo', [file('saved-pipe')]);
    const reader = promisify(execFile)('cat', [file('saved-pipe')]);
    expect((await request(`${api.origin}/thing`, '-o', file('saved-pipe'))).exitCode).toBe(0);
    expect((await reader).stdout).toBe('the thing\n');
    expect(statSync(file('saved-pipe')).isFIFO()).toBe(true);
  });
});
