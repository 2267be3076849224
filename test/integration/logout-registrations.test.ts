import { describe, expect } from 'vitest';
import { playUserAgent } from '../../src/demo/http-user-agent.ts';
import { expectNoSecrets } from '../support/canary.ts';
import { closeAfterTest } from '../support/close-after-test.ts';
import { errorOf } from '../support/command-line.ts';
import { configurationOf } from '../support/configuration-file.ts';
import { openPlayedCommandLine } from '../support/played-command-line.ts';
import { json } from '../support/quirky-replies.ts';
import { openQuirkyServer } from '../support/quirky-server.ts';
import { it, line, server } from '../support/registering-server.ts';
import { writtenFiles } from '../support/written-files.ts';

const deletions = () => server.requestsTo('registration').filter(({ method }) => method === 'DELETE');
const clientFiles = () => writtenFiles(line).filter((file) => file.endsWith('.client'));
const register = async () => {
  const issuer = ['--issuer', server.issuer, '--allow-http-loopback'];
  const { exitCode } = await line.run('setup', 'sso', ...issuer, '--register', '--store', 'file');
  expect(exitCode).toBe(0);
};
const signIn = async () => {
  const { stderr, exitCode } = await line.run('sso', '--allow-http-loopback', '--store', 'file');
  expect(exitCode, stderr).toBe(0);
};
const setUpByHand = () =>
  line.runIn(
    {
      stdin: {
        isTTY: false,
        async *[Symbol.asyncIterator]() {
          yield 'canary-by-hand';
        },
      },
    },
    ...['setup', 'github', '--client-id', 'Iv1.by-hand', '--client-secret-file', '-', '--store', 'file'],
  );

describe('logout --all and a client that this tool registered', () => {
  it('deletes it at the server and here; a client that a person registered stays and is named', async () => {
    await register();
    await setUpByHand();
    await signIn();
    const before = deletions().length;
    const { exitCode, stdout } = await line.run('logout', '--all');
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^Deleted the client \S+ at sso and from this machine\.$/m);
    expect(stdout).toMatch(/^Kept as well: 1 client with its secret.*\n {2}github \(client Iv1\.by-hand\)/m);
    expect(deletions()).toHaveLength(before + 1);
    expect(clientFiles()).toHaveLength(1);
    expect(configurationOf(line)).toEqual({
      providers: { sso: { issuer: server.issuer }, github: expect.anything() },
    });
    expectNoSecrets(line, server.issuedSecrets());
  });

  it('says the same in JSON', async () => {
    await register();
    const { stdout } = await line.run('logout', '--all', '--json');
    expect(JSON.parse(stdout)).toEqual([
      { provider: 'sso', client_id: expect.any(String), registration: 'deleted', forgotten: true },
    ]);
  });

  it('leaves it alone where only one target is signed out', async () => {
    await register();
    await signIn();
    const before = deletions().length;
    expect((await line.run('logout', 'sso', '--all')).exitCode).toBe(0);
    expect(deletions()).toHaveLength(before);
    expect(clientFiles()).toHaveLength(1);
  });

  it('takes 404 for a client that is gone there', async () => {
    await register();
    server.breakEndpoint('registration', { kind: 'reply', status: 404, body: '' });
    expect((await line.run('logout', '--all')).exitCode).toBe(0);
    expect(clientFiles()).toEqual([]);
  });

  it.each([
    ['401', { kind: 'reply', status: 401, body: '' }, 5, /answered 401: the client is gone there, or/],
    ['a broken connection', { kind: 'reset' }, 7, /was not deleted/],
    ['503', { kind: 'reply', status: 503, body: '' }, 7, /was not deleted/],
  ] as const)('keeps it after %s, until it is told to forget', async (_what, fault, code, message) => {
    await register();
    const before = configurationOf(line);
    server.breakEndpoint('registration', fault);
    const failed = await line.run('logout', '--all', '--json');
    expect(failed.exitCode).toBe(code);
    expect(errorOf(failed).message).toMatch(message);
    expect(errorOf(failed).hint).toContain('oauth-login logout --all --forget');
    expect(JSON.parse(failed.stdout)).toMatchObject([{ registration: 'failed', forgotten: false }]);
    expect(configurationOf(line)).toEqual(before);
    expect(clientFiles()).toHaveLength(1);

    const forgotten = await line.run('logout', '--all', '--forget');
    expect(forgotten.exitCode).toBe(0);
    expect(forgotten.stdout).toContain('It may still be registered at sso');
    expect(clientFiles()).toEqual([]);
  });

  it('keeps it while an account that was not signed out needs it', async () => {
    await register();
    await signIn();
    server.breakEndpoint('revocation', { kind: 'reply', status: 503, body: '' });
    const before = deletions().length;
    const { exitCode, stdout } = await line.run('logout', '--all');
    expect(exitCode).toBe(7);
    expect(stdout).toMatch(/stays: an account that was not signed out may need it/);
    expect(deletions()).toHaveLength(before);
    expect(clientFiles()).toHaveLength(1);
  });
});

describe('logout of the last account of a client that this tool registered', () => {
  /** At a terminal, with this answer to each question; gives the questions too. */
  const logoutAtTerminal = async (answer: boolean, ...words: string[]) => {
    const asked: [string, boolean | undefined][] = [];
    const said: string[] = [];
    const prompts = {
      confirm: async (question: string, initial?: boolean) => {
        asked.push([question, initial]);
        return answer;
      },
    } as Awaited<ReturnType<typeof line.context.openPrompts>>;
    const outcome = await line.runIn(
      {
        stdin: { isTTY: true, async *[Symbol.asyncIterator]() {} },
        stderr: { isTTY: true, write: (text) => said.push(text) },
        openPrompts: async () => prompts,
      },
      ...['logout', ...words],
    );
    return { ...outcome, asked, said: said.join('') };
  };

  it('offers to delete it, there and here, and Enter keeps it', async () => {
    await register();
    await signIn();
    const before = deletions().length;
    const kept = await logoutAtTerminal(false, 'sso');
    expect(kept.asked).toEqual([
      [
        expect.stringMatching(
          /^No account uses the client \S+ any more, which this tool registered at sso\. Delete it there and here\?$/,
        ),
        false,
      ],
    ]);
    expect([kept.exitCode, deletions().length, clientFiles().length]).toEqual([0, before, 1]);
    await signIn();
    const { exitCode, stdout } = await logoutAtTerminal(true, 'sso');
    expect([exitCode, stdout]).toEqual([0, expect.stringMatching(/^Deleted the client \S+ at sso/m)]);
    expect([deletions().length, clientFiles().length]).toEqual([before + 1, 0]);
  });

  it('asks nobody while another account uses it, for a client of a person, with --json and without a terminal', async () => {
    await register();
    await signIn();
    const second = openSecond();
    expect((await second('sso', '--allow-http-loopback', '--store', 'file')).exitCode).toBe(0);
    expect((await logoutAtTerminal(true, 'sso:grace')).asked).toEqual([]);
    const json = await logoutAtTerminal(true, 'sso', '--json');
    expect([json.asked, JSON.parse(json.stdout)]).toMatchObject([[], [{ provider: 'sso' }]]);
    expect(clientFiles()).toHaveLength(1);
  });

  it('keeps it after an error of the server, and names the command for this machine alone', async () => {
    await register();
    await signIn();
    server.breakEndpoint('registration', { kind: 'reply', status: 503, body: '' });
    const { exitCode, said } = await logoutAtTerminal(true, 'sso');
    expect(exitCode).toBe(7);
    expect(said).toContain('oauth-login setup sso --remove --forget');
    expect(clientFiles()).toHaveLength(1);
  });
});

/** The same home, with Grace at the browser. */
function openSecond() {
  return (...words: string[]) =>
    line.runIn(
      {
        openBrowser: async (uri) => {
          void playUserAgent(uri, { user: 'grace', consent: true }).catch(() => {});
          return { exited: Promise.resolve(0) };
        },
      },
      ...words,
    );
}

describe('what status says of a client that this tool registered', () => {
  it('claims no secret where there is none', async () => {
    await register();
    const { stdout } = await line.run('status');
    expect(stdout).toMatch(/^Kept as well: 1 client, encrypted with the key file\n/);
    expect(stdout).toMatch(/^ {2}sso \(client \S+, registered by oauth-login, without a secret\)/m);
    expect(JSON.parse((await line.run('status', '--json')).stdout).clients).toMatchObject([
      { provider: 'sso', has_secret: false, registered_by_tool: true },
    ]);
  });

  it('lists it also where the server gave neither a secret nor a way to delete it, and logout says so', async () => {
    server.rewriteReply('registration', ({ registration_access_token: _, ...body }) => body);
    await register();
    await signIn();
    const { exitCode, stdout } = await line.run('logout', '--all');
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^The client \S+ at sso stays registered: sso gave no way to delete it\.$/m);
    expect(stdout).toMatch(/^ {2}sso \(client \S+, registered by oauth-login, without a secret\)/m);
    expect((await line.run('setup', 'sso', '--remove', '--allow-http-loopback')).exitCode).toBe(0);
    expect(clientFiles()).toEqual([]);
  });

  it('names a Mastodon application, which cannot be deleted there', async () => {
    const quirky = closeAfterTest(await openQuirkyServer());
    const played = closeAfterTest(openPlayedCommandLine(quirky));
    const reply = { client_id: 'app-4711', client_secret: 'canary-of-the-instance' };
    quirky.on('POST /social.example.com/api/v1/apps', json(reply));
    const words = ['--host', 'social.example.com', '--register', '--store', 'file'];
    await played.run('setup', 'mastodon', ...words);
    const { exitCode, stdout } = await played.run('logout', '--all');
    expect(exitCode).toBe(0);
    expect(stdout).toContain('The client app-4711 at social.example.com stays registered');
    expect(stdout).toContain('Kept as well: 1 client with its secret');
    expect(stdout).toContain('(client app-4711, registered by oauth-login)');
  });
});
