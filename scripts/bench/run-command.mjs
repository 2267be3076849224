// One process of the command, from its start to its end.
import { spawn } from 'node:child_process';

/** The program and its arguments, as `spawn` takes them: Node and a script, or one executable file. */
export function startOf(command, args) {
  return command.endsWith('.js') ? [process.execPath, [command, ...args]] : [command, args];
}

/**
 * Gives `{ child, ended }`; `ended` has `code` (or the signal), `stdout`, `stderr`, the `milliseconds` it took and `at`,
 * when it was over. It is killed after `limit` milliseconds.
 */
export function runCommand(command, { env }, args, limit) {
  const began = performance.now();
  const child = spawn(...startOf(command, args), {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: limit,
    killSignal: 'SIGKILL',
  });
  const said = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr']) {
    child[name].setEncoding('utf8').on('data', (text) => {
      said[name] += text;
    });
  }
  const ended = new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => {
      const at = performance.now();
      resolve({ code: code ?? signal, at, milliseconds: at - began, ...said });
    });
  });
  return { child, ended };
}
