// What a request pays for the proxy, and what the proxy pays for many requests.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { median } from './whole-process.mjs';

const pairs = 300;
const crowd = 1_000;
const rounds = 3;

/**
 * Asks the provider's UserInfo endpoint directly and through `oauth-login proxy`, in turn; gives the median of the
 * differences in milliseconds, and the memory of the proxy (KiB) after each of several rounds of a thousand at once.
 */
export async function measureProxy({ command, provider }, env) {
  const token = execFileSync(process.execPath, [command, 'token'], { env, encoding: 'utf8' }).trim();
  const child = spawn(process.execPath, [command, 'proxy', provider.issuer, '--json'], {
    env,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  try {
    const { addresses, token: phantom } = await firstDocument(child);
    const [{ address }] = addresses;
    const path = '/me';
    const agent = new Agent({ keepAlive: true });
    const direct = () => ask(new URL(path, provider.issuer), token, agent);
    const proxied = () => ask(new URL(path, address), phantom, agent);
    await direct();
    await proxied();
    const differences = [];
    for (let pair = 0; pair < pairs; pair += 1) {
      const [bare, through] = [await timed(direct), await timed(proxied)];
      differences.push(through - bare);
    }
    agent.destroy();
    const memory = [];
    for (let round = 0; round < rounds; round += 1) {
      const many = new Agent();
      await Promise.all(Array.from({ length: crowd }, () => ask(new URL(path, address), phantom, many)));
      many.destroy();
      memory.push(residentMemory(child.pid));
    }
    return { milliseconds: median(differences), memory };
  } finally {
    child.kill('SIGTERM');
    await once(child, 'exit');
  }
}

async function firstDocument(child) {
  let text = '';
  for await (const chunk of child.stdout.setEncoding('utf8')) {
    text += chunk;
    try {
      return JSON.parse(text);
    } catch {
      // There is more to come.
    }
  }
  throw new Error('the proxy ended before it named its address');
}

async function timed(work) {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

function ask(url, token, agent) {
  return new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${token}` };
    request(url, { agent, headers }, (response) => {
      response.resume();
      response.once('end', () =>
        response.statusCode === 200 ? resolve() : reject(new Error(`status ${response.statusCode}`)),
      );
    })
      .once('error', reject)
      .end();
  });
}

/** Linux only; elsewhere `undefined`. */
function residentMemory(pid) {
  try {
    return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
  } catch {
    return undefined;
  }
}
