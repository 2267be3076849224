import type { Context } from '../../src/ground/context.ts';
import type { CommandLine, Outcome } from './command-line.ts';

/** What a command that a proxy runs was given. */
export interface Given {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** `http://127.0.0.1:PORT` */
  readonly address: string;
  readonly port: number;
  readonly phantom: string;
  /** A `fetch` below the address, with the phantom token. */
  ask(path: string, init?: RequestInit): Promise<Response>;
}

/** Runs `oauth-login proxy work` with these flags; the command that it runs is played by `play`. */
export function runProxied(
  line: CommandLine,
  flags: readonly string[],
  play: (given: Given) => Promise<unknown>,
  changes: Partial<Context> = {},
): Promise<Outcome> {
  let failure: unknown;
  const startChild: Context['startChild'] = async ({ env }) => ({
    exitCode: play(givenBy(env)).then(
      () => 0,
      (error: unknown) => {
        failure = error;
        return 1;
      },
    ),
  });
  return line
    .runIn({ ...changes, startChild }, 'proxy', 'work', ...flags, '--', 'program')
    .then((outcome) => {
      if (failure !== undefined) {
        throw failure;
      }
      return outcome;
    });
}

function givenBy(env: Given['env']): Given {
  const address = env.WORK_API_URL ?? env.ADDRESS ?? '';
  const phantom = env.WORK_TOKEN ?? '';
  return {
    env,
    address,
    port: Number(new URL(address).port),
    phantom,
    ask: (path, init = {}) =>
      fetch(`${address}${path}`, {
        redirect: 'manual',
        ...init,
        headers: { authorization: `Bearer ${phantom}`, ...init.headers },
      }),
  };
}

/** A proxy that runs for as long as a test file wants. */
export interface RunningProxy extends Given {
  /** Has the command end, and gives what the proxy said. */
  end(): Promise<Outcome>;
}

/** Starts `oauth-login proxy work` with these flags, and a command that waits. */
export function startProxied(line: CommandLine, flags: readonly string[] = []): Promise<RunningProxy> {
  return new Promise((resolve, reject) => {
    const outcome = runProxied(
      line,
      flags,
      (given) =>
        new Promise<void>((ended) => {
          resolve({
            ...given,
            end() {
              ended();
              return outcome;
            },
          });
        }),
    );
    outcome.then(({ stderr }) => reject(new Error(stderr)), reject);
  });
}
