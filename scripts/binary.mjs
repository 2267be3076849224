// Makes one executable file of the built program, the packages that it uses, the keychain's library and a runtime (Bun):
// `npm run binary` for this system, `npm run binary -- --system darwin-arm64 …` or `-- --system all` for others. The files
// and their checksums (SHA256SUMS) are in artifacts/binary/. `--out DIRECTORY` names another place.
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';
import { environmentForNpm } from './npm.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const BUN_VERSION = '1.4.5';
/** The package of the runtime for each system, what npm must find it to be, and where the keychain's library is. */
const systems = {
  'linux-x64': {
    runtime: 'linux-x64',
    integrity:
      'sha512-IWX9BELoGHAUtMonkeSaNaZwXzRk+oDw6Mk+HBFXd3KHYIBNBsIGRupMZPcgNoDbJpLu6gAJjIoIVPZtt1aJ1g==',
    keychain: 'linux-x64',
  },
  'linux-x64-musl': {
    runtime: 'linux-x64-musl',
    integrity:
      'sha512-10QoW/YfTgnURaGEaHpJCiXjLI2e5iTtfVDaA5JKcyUzaa1cq6cVUY9/Uq5XkYzvtRjHLRe9Oj/lTDIQcxy8HQ==',
    keychain: 'linuxmusl-x64',
  },
  'linux-arm64': {
    runtime: 'linux-aarch64',
    integrity:
      'sha512-4BXmsSKnjOrlGWqZV4x/oWa7AVoR+B6lCXddMzOAXBIm3t50eslg9wb66gmtW1AamEQ1l1CDvmmruysEhqOWMg==',
    keychain: 'linux-arm64',
  },
  'darwin-x64': {
    runtime: 'darwin-x64',
    integrity:
      'sha512-qkLPMGHZM9NI6CeHTWwVezzmlo6cC4Ta7yUAjYIWXS366qQcOlcp75t2uZyiuVRBMPS0h9qE0tCcvCHGaFqjJg==',
    keychain: 'darwin-x64',
  },
  'darwin-arm64': {
    runtime: 'darwin-aarch64',
    integrity:
      'sha512-4MIFXHmctH2EhAxLXm2/qxNtv17dFtLJylvaOCsrgq6KSqHTs6eW5YSrJjRbJxYUJaR901fsN8JfZOa+CsWpWQ==',
    keychain: 'darwin-arm64',
  },
  'win32-x64': {
    runtime: 'windows-x64',
    integrity:
      'sha512-FNvply651vcE/GHgNWz6mZvhmkwBuu8Hw54oNzA+CQog+HW+542rXQmZqNHRkFxazD9L3xi+iTtvO3engAgJfw==',
    keychain: 'win32-x64',
  },
};

/** keytar looks for its library in several places; here there is one. */
const keychainLibrary = {
  name: 'keychain-library',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^keytar$/ }, () => ({ path: 'keytar', namespace: 'keychain' }));
    onLoad({ filter: /.*/, namespace: 'keychain' }, () => ({
      contents: "module.exports = require('./keytar.node');",
    }));
    onResolve({ filter: /^\.\/keytar\.node$/ }, ({ path }) => ({ path, external: true }));
  },
};

/** The file in the binary that holds the whole program; the quick answers do without it, so it is read when it is asked for. */
const WHOLE = 'whole-program.js';

/** Leaves the whole program out of the file that starts; a path that is put together is not followed by a bundler. */
const wholeProgram = {
  name: 'whole-program',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /dist\/main[.]js$/ }, () => ({ path: WHOLE, namespace: 'whole' }));
    onLoad({ filter: /.*/, namespace: 'whole' }, () => ({
      contents: `module.exports = require([require('node:path').dirname(Bun.main), ${JSON.stringify(WHOLE)}].join('/'));`,
    }));
  },
};

/** The provider of the demo, from its package: the built file is a module of its own, and this one is no module. */
const demoProvider = {
  name: 'demo-provider',
  setup({ onResolve }) {
    onResolve({ filter: /demo-provider\.mjs$/ }, () => ({
      path: join(root, 'node_modules/oidc-provider/lib/provider.js'),
    }));
  },
};

/** A package below oidc-provider calls an old name of this function, and Bun would warn of that in the demo. */
const newNameOfRandomBytes = {
  name: 'new-name-of-random-bytes',
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]tsscmp[\\/]lib[\\/]index[.]js$/ }, ({ path }) => ({
      contents: readFileSync(path, 'utf8').replaceAll('pseudoRandomBytes', 'randomBytes'),
    }));
  },
};

const { values } = parseArgs({
  options: { system: { type: 'string', multiple: true }, out: { type: 'string' } },
});
const out = resolve(values.out ?? join(root, 'artifacts/binary'));
mkdirSync(out, { recursive: true });
const work = mkdtempSync(join(tmpdir(), 'oauth-login-binary-'));
try {
  const built = [];
  for (const system of wantedSystems()) {
    built.push(await makeBinary(system));
  }
  writeFileSync(
    join(out, 'SHA256SUMS'),
    built.map((file) => `${sha256(join(out, file))}  ${file}\n`).join(''),
  );
} finally {
  rmSync(work, { recursive: true, force: true });
}

function wantedSystems() {
  const asked = values.system ?? [thisSystem()];
  const names = asked.includes('all') ? Object.keys(systems) : asked;
  for (const name of names) {
    if (systems[name] === undefined) {
      throw new Error(
        `there is no runtime for ${name}; choose from: ${Object.keys(systems).join(', ')}, all`,
      );
    }
  }
  return names;
}

function thisSystem() {
  const isMusl =
    process.platform === 'linux' && process.report.getReport().header.glibcVersionRuntime === undefined;
  return `${process.platform}-${process.arch}${isMusl ? '-musl' : ''}`;
}

async function makeBinary(system) {
  const { keychain } = systems[system];
  const folder = join(work, system);
  mkdirSync(folder);
  cpSync(join(root, `node_modules/keytar/prebuilds/${keychain}/keytar.node`), join(folder, 'keytar.node'));
  cpSync(join(root, 'providers'), join(folder, 'providers'), { recursive: true });
  const entry = { contents: entryText(), resolveDir: join(root, 'bin') };
  await bundle(entry, join(folder, 'oauth-login.js'), { plugins: [wholeProgram] });
  const whole = { contents: "module.exports = require('./main.js');", resolveDir: join(root, 'dist') };
  // oidc-provider calls its models by the names of their classes.
  await bundle(whole, join(folder, WHOLE), { keepNames: true });
  const file = `oauth-login-${system}${system.startsWith('win32') ? '.exe' : ''}`;
  const runtime = runtimeOf(system);
  execFileSync(
    runtimeOf(thisSystem()),
    [
      'build',
      './oauth-login.js',
      `./${WHOLE}`,
      '--compile',
      '--bytecode',
      '--minify',
      `--compile-executable-path=${runtime}`,
      // It reads nothing from the directory that it is started in.
      '--no-compile-autoload-dotenv',
      '--no-compile-autoload-bunfig',
      '--asset=providers',
      `--outfile=${join(out, file)}`,
    ],
    { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] },
  );
  chmodSync(join(out, file), 0o755);
  process.stderr.write(`binary: ${join(out, file)}\n`);
  return file;
}

/** Other programs find their helpers by name: a link of that name to the file is that helper. */
function entryText() {
  const helpers = readdirSync(join(root, 'bin')).filter((file) => /-oauth-login\.js$/.test(file));
  const cases = helpers.map(
    (file) => `case ${JSON.stringify(file.slice(0, -3))}: require('./${file}'); break;`,
  );
  return `switch (require('node:path').basename(process.title).replace(/[.]exe$/, '')) {
    ${cases.join('\n')}
    default: require('./oauth-login.js');
  }`;
}

/** Puts the code of a part into one file. Only the keychain's library, which is machine code, stays beside it. */
async function bundle(stdin, outfile, { plugins = [], ...more }) {
  await build({
    absWorkingDir: root,
    stdin,
    outfile,
    bundle: true,
    format: 'cjs',
    platform: 'node',
    target: 'node20.18',
    external: ['./keytar.node'],
    // jsonc-parser's CommonJS file hides its parts from a bundler.
    mainFields: ['module', 'main'],
    // The built program finds its provider files by its own place.
    define: { __dirname: 'PLACE_IN_BINARY' },
    banner: { js: "const PLACE_IN_BINARY = require('node:path').dirname(Bun.main) + '/dist';" },
    plugins: [...plugins, keychainLibrary, demoProvider, newNameOfRandomBytes],
    minify: true,
    legalComments: 'none',
    logLevel: 'error',
    ...more,
  });
}

/** Gives the path of the runtime for the system. npm fetches it once, and it must be the very one named above. */
function runtimeOf(system) {
  const { runtime, integrity } = systems[system];
  const folder = join(root, 'artifacts/runtime', `${runtime}-${BUN_VERSION}`);
  const program = join(
    folder,
    `node_modules/@oven/bun-${runtime}/bin/bun${runtime.startsWith('windows') ? '.exe' : ''}`,
  );
  if (!existsSync(program)) {
    mkdirSync(folder, { recursive: true });
    const [os, cpu] = system.split('-');
    const { status } = spawnSync(
      'npm',
      [
        'install',
        `@oven/bun-${runtime}@${BUN_VERSION}`,
        '--prefix',
        folder,
        '--ignore-scripts',
        '--no-audit',
        '--no-fund',
        '--force',
        `--os=${os}`,
        `--cpu=${cpu}`,
      ],
      {
        stdio: ['ignore', 'ignore', 'inherit'],
        env: environmentForNpm(process.env),
        shell: process.platform === 'win32',
      },
    );
    const lock =
      status === 0 ? JSON.parse(readFileSync(join(folder, 'package-lock.json'), 'utf8')) : undefined;
    const found = lock?.packages[`node_modules/@oven/bun-${runtime}`]?.integrity;
    if (found !== integrity) {
      rmSync(folder, { recursive: true, force: true });
      throw new Error(
        `npm did not give the runtime for ${system} that is expected: ${found ?? 'npm failed'}`,
      );
    }
  }
  return program;
}

function sha256(file) {
  return createHash('sha256').update(readFileSync(file)).digest('hex');
}
