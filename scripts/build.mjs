// Bundles the own sources into dist/main.js, readable and with a source map, and small parts of them into
// dist/quick-*.js, which need neither: an error in them is left to the whole program.
// One CommonJS file, because that starts fastest: Node needs no module loader of ECMAScript for it, and a part that
// is reached by `import()` only runs, and asks for Node's own modules, when it is first needed. Packages stay outside
// for the same reason, except commander, which every command needs.
import childProcess, { execFileSync } from 'node:child_process';
import crypto from 'node:crypto';
import { copyFile, readFile, rm, writeFile } from 'node:fs/promises';
import net from 'node:net';
import os from 'node:os';
import { dirname, relative, resolve } from 'node:path';
import tty from 'node:tty';
import { fileURLToPath } from 'node:url';
import { parse } from 'acorn';
import { build } from 'esbuild';
import { importSource } from './from-source.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const { dependencies, optionalDependencies } = JSON.parse(await readFile(`${root}/package.json`, 'utf8'));
const inside = ['commander'];
const outside = [...Object.keys({ ...dependencies, ...optionalDependencies }), 'oidc-provider'].filter(
  (name) => !inside.includes(name),
);

/** commander can start programs as subcommands; this tool has none, and loading what it takes would cost 5 ms. */
const withoutSubprograms = {
  name: 'without-subprograms',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^node:child_process$/ }, ({ importer, path }) =>
      /[\\/]commander[\\/]/.test(importer) ? { path, namespace: 'absent' } : undefined,
    );
    onLoad({ filter: /.*/, namespace: 'absent' }, () => ({ contents: 'module.exports = {};' }));
  },
};

/** Puts the rows of the provider files in place of the function that reads them all, and the place they have in the package. */
const finishedIndex = {
  name: 'finished-index',
  async setup({ onLoad }) {
    const { providerIndex } = await importSource('src/providers/provider-index.ts');
    const rows = JSON.stringify(providerIndex());
    const contents = `
      import { join } from 'node:path';
      export const providersDirectory = join(__dirname, '../providers');
      let index;
      export function providerIndex() {
        index ??= JSON.parse(${JSON.stringify(rows)});
        return index;
      }`;
    onLoad({ filter: /[\\/]src[\\/]providers[\\/]provider-index\.ts$/ }, () => ({ contents, loader: 'js' }));
  },
};

await rm(`${root}/dist`, { recursive: true, force: true });
const options = {
  absWorkingDir: root,
  outdir: 'dist',
  bundle: true,
  format: 'cjs',
  platform: 'node',
  target: 'node20.18',
  external: outside.flatMap((name) => [name, `${name}/*`]),
  sourcemap: 'linked',
  sourcesContent: false,
  minify: false,
  legalComments: 'none',
  logLevel: 'warning',
};

await build({
  ...options,
  entryPoints: { main: 'src/main.ts' },
  plugins: [withoutSubprograms, finishedIndex],
});
await writeFile(`${root}/dist/package.json`, '{ "type": "commonjs" }\n');

/** Node's modules that take milliseconds to load, and that not every quick answer needs. */
const loadedLate = {
  'node:child_process': childProcess,
  'node:crypto': crypto,
  'node:net': net,
  'node:os': os,
  'node:tty': tty,
};

/** What a quick answer never needs, because it writes nothing, asks nobody and leaves it to others to tell of errors. */
const leftOut = {
  'src/accounts/account-choice-errors.ts': ['ambiguous', 'nobody', 'perhapsMeant'],
  'src/accounts/account-store-errors.ts': ['foreignFile', 'lostLock', 'notStored'],
  'src/accounts/claimed-client.ts': ['claimedClient'],
  'src/accounts/file-mark.ts': ['fileMark'],
  'src/accounts/lock.ts': ['lockPath', 'openLockUnless'],
  'src/access/unattended-hint.ts': ['withUnattendedHint'],
  'src/output/token-formats/env-file.ts': ['dotenvValue', 'gitlabDotenvValue'],
  'src/output/token-formats/netrc.ts': ['netrcLines'],
  'src/ground/file-system-words.ts': ['permissionsFault', 'shellQuoted', 'systemErrorCode', 'writeFailure'],
  'src/secrets/private-file-writing.ts': ['removePrivateFile', 'writePrivateFile'],
  'src/secrets/passphrase-key.ts': ['readPassphraseKey'],
  'src/settings/configuration.ts': ['readConfiguration'],
};

/** Those of them that no part has asked for; one that none asks for has been moved. */
const unmet = new Set(Object.keys(leftOut));

const needsTheWholeProgram = "throw new Error('the whole program is needed');";

/** What stands for an export of such a module: the module is loaded when it is called, or something in it is asked for. */
function lateExport(path, value) {
  if (typeof value === 'function') return `(...all) => ${path}(...all)`;
  const keys = Object.keys(value).filter((key) => /^[a-z]\w*$/i.test(key));
  return `{ ${keys.map((key) => `get ${key}() { return ${path}.${key}; }`).join(', ')} }`;
}

/** Makes the small part of the program: what it leaves out throws, which means that the whole program is needed. */
const smallPart = {
  name: 'small-part',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /.*/ }, ({ path, kind, namespace, importer }) => {
      if (kind === 'dynamic-import') return { path: 'late-part', namespace: 'absent' };
      if (loadedLate[path] !== undefined && namespace !== 'late') return { path, namespace: 'late' };
      const source = relative(root, resolve(dirname(importer), path)).replaceAll('\\', '/');
      if (leftOut[source] === undefined) return undefined;
      unmet.delete(source);
      return { path: source, namespace: 'absent' };
    });
    onLoad({ filter: /.*/, namespace: 'late' }, ({ path }) => ({
      contents: Object.entries(loadedLate[path])
        .filter(([name, value]) => /^[a-z]/.test(name) && Object(value) === value)
        .map(([name, value]) => `export const ${name} = ${lateExport(`require('${path}').${name}`, value)};`)
        .join('\n'),
    }));
    onLoad({ filter: /.*/, namespace: 'absent' }, ({ path }) => ({
      contents:
        leftOut[path]?.map((name) => `export function ${name}() { ${needsTheWholeProgram} }`).join('\n') ??
        needsTheWholeProgram,
    }));
  },
};

/**
 * Has V8 compile the functions of the small parts when it loads them. Otherwise it would skim each of them to find its
 * end, and read it again when it is called, as nearly all of them are: it takes parentheses for a sign of that.
 */
const compiledAtOnce = {
  name: 'compiled-at-once',
  setup({ onEnd }) {
    onEnd(async ({ outputFiles }) => {
      for (const { path, text } of outputFiles) await writeFile(path, withParentheses(text));
    });
  },
};

function withParentheses(code) {
  const { body } = parse(code, { ecmaVersion: 2022, sourceType: 'script' });
  const functions = body.filter(({ type }) => type === 'FunctionDeclaration');
  if (functions.length === 0) return code;
  // Whether it comes with a directive depends on the configuration of the compiler that is found.
  let at = body[0]?.directive === 'use strict' ? body[0].end : 0;
  let rest = '';
  for (const { start, end } of functions) {
    rest += code.slice(at, start);
    at = end;
  }
  // Declarations are hoisted, and variables are not: they come first.
  const first = functions.map(({ id, start, end }) => `${id.name}=(${code.slice(start, end)})`);
  return `"use strict";var ${first.join(',')};${rest}${code.slice(at)}`;
}

const print = (flag) =>
  JSON.stringify(execFileSync(process.execPath, [`${root}/bin/oauth-login.js`, flag], { encoding: 'utf8' }));
await build({
  ...options,
  entryPoints: ['exec', 'status', 'token', 'whoami', 'words'].map((name) => `src/quick/${name}.ts`),
  entryNames: 'quick-[name]',
  sourcemap: false,
  define: { VERSION_TEXT: print('--version'), HELP_TEXT: print('--help') },
  // Whatever goes wrong in it is not shown but left to the whole program, so its names are not needed.
  minify: true,
  plugins: [smallPart, compiledAtOnce],
  write: false,
});
if (unmet.size > 0) throw new Error(`no small part imports ${[...unmet].join(', ')}`);
await copyFile(`${root}/node_modules/commander/LICENSE`, `${root}/dist/commander-LICENSE.txt`);
