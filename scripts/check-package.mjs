// Checks what would be published against package-contents.json beside it: the files, the dependencies and their exact
// versions, no lifecycle scripts; the lock file holds no download address; the types fit what a program imports, by
// "are the types wrong". Changing the list is a decision to be seen in
// a review: `node scripts/check-package.mjs --update`.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual } from 'node:util';
import { checkPackage as checkTypes, createPackageFromTarballData } from '@arethetypeswrong/core';
import { environmentForNpm } from './npm.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const snapshotFile = join(root, 'scripts/package-contents.json');
const lifecycleScripts = [
  'preinstall',
  'install',
  'postinstall',
  'preuninstall',
  'uninstall',
  'postuninstall',
  'prepublish',
  'preprepare',
  'prepare',
  'postprepare',
  'prepack',
  'postpack',
  'prepublishOnly',
  'publish',
  'postpublish',
  'dependencies',
];
const problems = [];
const folder = mkdtempSync(join(tmpdir(), 'oauth-login-check-'));

try {
  execFileSync(process.execPath, [join(root, 'scripts/build.mjs')], { stdio: 'inherit' });
  const packed = pack();
  checkPackage(packed);
  await checkTypesOf(packed);
  checkLockFile();
} finally {
  rmSync(folder, { recursive: true, force: true });
}
for (const problem of problems) {
  console.error(`check-package: ${problem}`);
}
process.exitCode = problems.length > 0 ? 1 : 0;

function pack() {
  const args = ['pack', '--json', '--ignore-scripts', '--pack-destination', folder];
  const env = environmentForNpm(process.env);
  const [packed] = JSON.parse(execFileSync('npm', args, { cwd: root, env, encoding: 'utf8' }));
  return { files: packed.files.map(({ path }) => path), tarball: join(folder, packed.filename) };
}

function checkPackage({ files, tarball }) {
  const manifest = JSON.parse(
    execFileSync('tar', ['-xOzf', tarball, 'package/package.json'], { encoding: 'utf8' }),
  );
  for (const name of lifecycleScripts.filter((name) => manifest.scripts?.[name] !== undefined)) {
    problems.push(`the package has a lifecycle script: ${name}`);
  }
  // A provider is added by its file alone; that each of them is in the package is what counts.
  const providerFiles = readdirSync(join(root, 'providers')).map((name) => `providers/${name}`);
  for (const file of providerFiles.filter((name) => !files.includes(name))) {
    problems.push(`the package lacks ${file}`);
  }
  const actual = {
    files: files.filter((name) => !providerFiles.includes(name)).sort(),
    bin: manifest.bin,
    exports: manifest.exports,
    man: manifest.man,
    publishConfig: manifest.publishConfig,
    engines: manifest.engines,
    dependencies: manifest.dependencies ?? {},
    optionalDependencies: manifest.optionalDependencies ?? {},
    peerDependencies: manifest.peerDependencies ?? {},
    peerDependenciesMeta: manifest.peerDependenciesMeta ?? {},
  };
  if (process.argv.includes('--update')) {
    writeFileSync(snapshotFile, `${JSON.stringify(actual, null, 2)}\n`);
    return;
  }
  const expected = JSON.parse(readFileSync(snapshotFile, 'utf8'));
  for (const key of Object.keys({ ...expected, ...actual })) {
    if (!isDeepStrictEqual(expected[key], actual[key])) {
      problems.push(
        `"${key}" is not what scripts/package-contents.json allows:\n  allowed ${JSON.stringify(expected[key])}\n  found   ${JSON.stringify(actual[key])}`,
      );
    }
  }
  for (const [name, version] of Object.entries({ ...actual.dependencies, ...actual.optionalDependencies })) {
    if (!/^(?:npm:@?[\w./-]+@)?\d+\.\d+\.\d+$/.test(version)) {
      problems.push(`${name} is not pinned to one version: ${version}`);
    }
  }
}

/** The package is for modules of ECMAScript, so how `require` and the oldest way of resolving see it does not count. */
async function checkTypesOf({ tarball }) {
  const result = await checkTypes(createPackageFromTarballData(readFileSync(tarball)));
  if (!result.types) {
    problems.push('the package has no types');
    return;
  }
  const uncounted = ['node10', 'node16-cjs'];
  for (const { kind, resolutionKind, entrypoint } of result.problems) {
    if (!uncounted.includes(resolutionKind) && entrypoint !== './package.json') {
      problems.push(
        `the types are wrong: ${kind}${resolutionKind === undefined ? '' : ` (${resolutionKind})`}`,
      );
    }
  }
}

function checkLockFile() {
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
  for (const [path, { resolved, integrity, link }] of Object.entries(packages)) {
    if (resolved !== undefined) {
      problems.push(`the lock file holds a download address: ${path}`);
    }
    if (path !== '' && !link && integrity === undefined) {
      problems.push(`the lock file holds no integrity: ${path}`);
    }
  }
}
