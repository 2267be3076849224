/** The parts of the process that are set here. */
export type Debuggee = Pick<NodeJS.Process, 'on' | 'report'>;

/** Keeps secrets out of what a crash leaves behind, and the debugger closed to other programs. */
export function preventCrashArtefacts(process: Debuggee): void {
  // This listener replaces the one of Node, which would open a debugger on a loopback port.
  process.on('SIGUSR1', () => {});
  // A report holds the environment; the last two are unknown to some of the releases of Node that we run on.
  Object.assign(process.report ?? {}, {
    reportOnFatalError: false,
    reportOnSignal: false,
    reportOnUncaughtException: false,
    excludeNetwork: true,
    excludeEnv: true,
  });
}
