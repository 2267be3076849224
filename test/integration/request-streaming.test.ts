import { readFileSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type AuthorizationServer, startAuthorizationServer } from '../support/authorization-server.ts';
import type { BundledScript } from '../support/bundled-script.ts';
import { openCalledApi } from '../support/called-api.ts';
import { closeAfterTest } from '../support/close-after-test.ts';
import type { CommandLine } from '../support/command-line.ts';
import { bundleCommand, homeOf, startCommand } from '../support/command-process.ts';
import { writeConfiguration } from '../support/configuration-file.ts';
import { listen, type TestServer } from '../support/tls.ts';

let server: AuthorizationServer;
let line: CommandLine;

beforeAll(async () => {
  server = await startAuthorizationServer();
});
afterAll(() => server.close());
beforeEach(async () => {
  ({ line } = closeAfterTest(await openCalledApi(server)));
});

describe('a response larger than memory', () => {
  const size = 300 * 1024 * 1024;
  let command: BundledScript;
  let large: TestServer;
  beforeAll(async () => {
    command = bundleCommand();
    const piece = Buffer.alloc(1024 * 1024, 'x');
    large = await listen(
      createServer((_, response) => {
        response.writeHead(200, { 'content-length': String(size) });
        let left = size;
        const more = () => {
          while (left > 0) {
            left -= piece.length;
            if (!response.write(piece) && left > 0) {
              return void response.once('drain', more);
            }
          }
          response.end();
        };
        more();
      }),
      'http',
    );
  });
  afterAll(async () => {
    command.remove();
    await large.close();
  });

  /** Highest resident set size of the process so far, in MiB. */
  const peakOf = (pid: number) => {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]) / 1024;
  };

  it.each(['into a file', 'to standard output'])('streams %s with little of it at a time', async (where) => {
    const file = join(line.directory, 'large');
    const output = where === 'into a file' ? ['-o', file] : [];
    writeConfiguration(line, { providers: { work: { issuer: server.issuer, api_origins: [large.origin] } } });
    const running = startCommand(
      command,
      ['request', 'work', `${large.origin}/`, ...output],
      homeOf(line),
      undefined,
      { drain: true },
    );
    let peak = 0;
    const watch = setInterval(() => {
      try {
        peak = Math.max(peak, peakOf(running.pid) || 0);
      } catch {}
    }, 20);
    const { code, stderr } = await running.ended;
    clearInterval(watch);
    expect(stderr).toBe('');
    expect(code).toBe(0);
    expect(running.received()).toBe(output.length === 0 ? size : 0);
    if (output.length > 0) {
      expect(statSync(file).size).toBe(size);
    }
    expect(peak).toBeGreaterThan(20);
    expect(peak).toBeLessThan(250);
  });

  it('is not read further than its reader reads', async () => {
    writeConfiguration(line, { providers: { work: { issuer: server.issuer, api_origins: [large.origin] } } });
    const running = startCommand(command, ['request', 'work', `${large.origin}/`], homeOf(line), undefined, {
      drain: true,
    });
    await running.printed(/^x/);
    running.child.stdout?.destroy();
    const { code, stderr } = await running.ended;
    expect(stderr).toBe('');
    expect(code).toBe(141);
  });
});
