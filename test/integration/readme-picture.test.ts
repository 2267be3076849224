import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { expandProvider } from '../../src/providers/expand.ts';
import { closeAfterTest } from '../support/close-after-test.ts';
import { FakeKeychain } from '../support/fake-keychain.ts';
import { openPlayedCommandLine } from '../support/played-command-line.ts';
import { clientId } from '../support/preset-at-the-wire.ts';
import { github } from '../support/presets.ts';
import { playProvider } from '../support/quirky-providers.ts';
import { json } from '../support/quirky-replies.ts';
import { openQuirkyServer } from '../support/quirky-server.ts';
import { type PictureStep, sessionPicture } from '../support/session-picture.ts';

const PICTURE = fileURLToPath(new URL('../../docs/session.svg', import.meta.url));
const COLUMNS = 90;

const octocat = {
  id: 583231,
  login: 'octocat',
  name: 'The Octocat',
  email: 'octocat@github.com',
  avatar_url: 'https://avatars.githubusercontent.com/u/583231?v=4',
  html_url: 'https://github.com/octocat',
};

/** Runs the commands of the picture at a terminal of that width, against a server that plays GitHub. */
async function playSession(commands: readonly string[]): Promise<PictureStep[]> {
  const server = closeAfterTest(await openQuirkyServer());
  const line = closeAfterTest(
    openPlayedCommandLine(server, {
      OAUTH_LOGIN_GITHUB_CLIENT_ID: clientId,
      OAUTH_LOGIN_GITHUB_CLIENT_SECRET: 'canary-client-secret',
      OAUTH_LOGIN_STORE: 'keychain',
      TERM: 'xterm-256color',
    }),
  );
  playProvider(server, expandProvider(github, {}), {
    profile: octocat,
    token: { scope: 'read:user,user:email' },
  });
  server.at(
    'https://api.github.com/user/emails',
    json([{ email: octocat.email, primary: true, verified: true }]),
  );
  const keychain = new FakeKeychain();
  const steps: PictureStep[] = [];
  for (const typed of commands) {
    const shown: string[] = [];
    const terminal = { isTTY: true, columns: COLUMNS, write: (text: string) => shown.push(text) };
    const changes = { openKeychain: async () => keychain, stdout: terminal, stderr: terminal };
    expect((await line.runAtTerminalIn(changes, [], ...typed.split(' ').slice(1))).exitCode).toBe(0);
    steps.push({ typed, shown: shortened(shown.join('')) });
  }
  return steps;
}

/** What is new in each run, and what is longer than a picture is wide. */
function shortened(shown: string): string {
  return shown
    .replaceAll(
      /(https:\/\/github\.com\/login\/oauth\/authorize\?)\S+?(?=[\s\x1b])/g,
      '$1client_id=…&code_challenge=…',
    )
    .replaceAll(/canary-access-\w+/g, 'gho_…');
}

it('docs/session.svg shows what the commands show (npm run picture draws it again)', async () => {
  const steps = await playSession([
    'oauth-login github',
    'oauth-login whoami',
    'oauth-login token github',
    'oauth-login logout github',
  ]);
  const picture = sessionPicture(
    'Signing in to GitHub with oauth-login, using the token, and signing out',
    steps,
    COLUMNS,
  );
  if (process.env.OAUTH_LOGIN_PICTURE === 'draw') {
    writeFileSync(PICTURE, picture);
  }
  expect(readFileSync(PICTURE, 'utf8')).toBe(picture);
});
