import { AbortedError, NetworkError, OAuthLoginError, StoreError } from '../ground/errors.ts';
import { accountsCheck } from './accounts.ts';
import { browserCheck } from './browser.ts';
import type { Check, Examined } from './check.ts';
import { configurationCheck } from './configuration.ts';
import { diskCheck } from './disk.ts';
import { environmentCheck } from './environment.ts';
import { examinedSettings } from './examined-settings.ts';
import { type Finding, problem } from './finding.ts';
import { keptClientsCheck } from './kept-clients.ts';
import { keyCheck } from './key.ts';
import { keychainCheck } from './keychain.ts';
import { listenerCheck } from './listener.ts';
import { certificatesCheck, proxyCheck } from './network.ts';
import { permissionsCheck } from './permissions.ts';
import { reportText } from './report-text.ts';
import { runtimeCheck, versionCheck } from './runtime.ts';
import { serverCheck } from './server.ts';
import { terminalCheck } from './terminal.ts';

/** In the order in which their findings are told. */
const checks: readonly Check[] = [
  versionCheck,
  runtimeCheck,
  environmentCheck,
  terminalCheck,
  browserCheck,
  listenerCheck,
  configurationCheck,
  permissionsCheck,
  diskCheck,
  keychainCheck,
  keyCheck,
  accountsCheck,
  keptClientsCheck,
  proxyCheck,
  certificatesCheck,
  serverCheck,
];

/** Milliseconds that a check has. */
const DEADLINE = 10_000;

/** The checks of the store; what is too slow there is a failure of the store, and not of the network. */
const ofStore: readonly Check['name'][] = ['permissions', 'disk', 'keychain', 'key', 'accounts', 'client'];

/**
 * Examines this machine and, where there is a target, whether one can sign in there. The checks run at the same time,
 * each with its own deadline; their findings come in order, as texts that may stand in a public report.
 *
 * Throws a `UsageError` for a target that means nothing, and an `AbortedError`.
 */
export async function* examine(
  examined: Examined,
  among: readonly Check[] = checks,
): AsyncGenerator<Finding> {
  await examinedSettings(examined);
  const { context } = examined.session;
  const told = new Set<string>();
  const running = among.map((check) => outcomeOf(check, examined));
  for (const outcome of running) {
    // One that fails while another is waited for is thrown in its turn.
    outcome.catch(() => {});
  }
  for (const outcome of running) {
    for (const finding of await outcome) {
      // One fault, such as a directory that cannot be read, stops several checks.
      const key = finding.level === 'ok' ? `${finding.check} ${finding.message}` : finding.message;
      if (!told.has(key)) {
        told.add(key);
        yield publicFinding(finding, examined);
      }
    }
  }
  context.signal.throwIfAborted();
}

function publicFinding(finding: Finding, { session: { context } }: Examined): Finding {
  const message = reportText(finding.message, context);
  return finding.level === 'ok'
    ? { ...finding, message }
    : { ...finding, message, hint: reportText(finding.hint, context) };
}

async function outcomeOf(check: Check, examined: Examined): Promise<readonly Finding[]> {
  const { clock, signal } = examined.session.context;
  const deadline = check.deadline ?? DEADLINE;
  const done = new AbortController();
  const late = clock
    .sleep(deadline, AbortSignal.any([done.signal, signal]))
    .then(() => [problem(check.name, lateError(check.name, deadline))]);
  try {
    return await Promise.race([run(check, examined), late]);
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof OAuthLoginError && !(error instanceof AbortedError)) {
      return [problem(check.name, error)];
    }
    throw error;
  } finally {
    done.abort(new AbortedError());
  }
}

/** What a check throws before its first wait is a rejection as well. */
async function run(check: Check, examined: Examined): Promise<readonly Finding[]> {
  return check.run(examined);
}

function lateError(name: Check['name'], deadline: number): OAuthLoginError {
  const message = `the check "${name}" did not end within ${deadline / 1000} seconds`;
  const hint = 'the other checks went on without it; if it is slow every time, say so in a bug report';
  return ofStore.includes(name)
    ? new StoreError('store_timeout', message, { hint })
    : new NetworkError('network_timeout', message, { hint });
}
