// What a program pays that imports the library.
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { timesInTurn } from './whole-process.mjs';

const calls = 300;

/** Milliseconds that the import takes longer than an empty module: the median of runs in turn. */
export function measureImport(session, env, runs) {
  const empty = module(session, 'empty.mjs', '');
  const importing = module(session, 'importing.mjs', `import '${apiOf(session)}';`);
  const program = (file) => [process.execPath, file];
  const { bareTime, time } = timesInTurn(program(empty), program(importing), env, runs);
  return time - bareTime;
}

/** Milliseconds of one call for a token that is stored and valid: the median of many in one process. */
export function measureCachedToken(session, env) {
  const file = module(
    session,
    'cached-token.mjs',
    `import { findAccount } from '${apiOf(session)}';
    const account = await findAccount();
    const times = [];
    for (let call = 0; call < ${calls}; call += 1) {
      const start = performance.now();
      await account.token();
      times.push(performance.now() - start);
    }
    console.log(times.sort((one, other) => one - other)[${calls / 2}]);`,
  );
  return Number(execFileSync(process.execPath, [file], { env, encoding: 'utf8' }));
}

function module(session, name, text) {
  const file = join(session.folder, name);
  writeFileSync(file, text);
  return file;
}

function apiOf({ command }) {
  return pathToFileURL(join(dirname(dirname(command)), 'dist/api.mjs')).href;
}
