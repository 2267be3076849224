import { Worker } from 'node:worker_threads';
import type { Environment } from '../ground/context.ts';
import { childEnvironment } from '../ground/environment.ts';
import type { BrowserLaunch } from '../ground/ports.ts';

/** What the thread does; the package is found beside this file, whatever the working directory is. */
function workOf(uri: string): string {
  return `
    import { parentPort } from 'node:worker_threads';
    import open from ${JSON.stringify(import.meta.resolve('open'))};
    // What \`open\` starts keeps no thread running.
    const wait = setInterval(() => {}, 60_000);
    const child = await open(${JSON.stringify(uri)});
    parentPort.postMessage('opened');
    const tell = (code) => {
      parentPort.postMessage({ code });
      clearInterval(wait);
    };
    if (child.exitCode === null) {
      child.once('exit', tell);
    } else {
      tell(child.exitCode);
    }`;
}

/**
 * Opens an address as `open` does, in a thread with variables of its own: `open` gives its program all that it finds, and
 * the program that uses this library keeps secrets among its variables.
 *
 * Rejects when no program can be started.
 */
export async function openIsolated(uri: string, env: Environment): Promise<BrowserLaunch> {
  const work = new URL(`data:text/javascript,${encodeURIComponent(workOf(uri))}`);
  const worker = new Worker(work, { env: childEnvironment(env), execArgv: [] });
  const exited = new Promise<number | null>((resolve) => {
    worker.on('message', (message: unknown) => {
      if (typeof message === 'object' && message !== null && 'code' in message) {
        resolve(typeof message.code === 'number' ? message.code : null);
      }
    });
    worker.once('exit', () => resolve(null));
  });
  await new Promise((resolve, reject) => {
    worker.once('message', resolve).once('error', reject);
    worker.once('exit', () => reject(new Error('the thread ended before it opened anything')));
  });
  // What happens to the thread from now on ends no program: the browser is open.
  worker.on('error', () => {});
  worker.unref();
  return { exited };
}
