#!/usr/bin/env node
(async () => {
  const argv = process.argv.slice(2);
  const answered = await tryQuickly(argv);
  if (answered === undefined) await runWhole(argv);
  // It has written synchronously, so nothing is cut off; to take Node down in good order takes 2 ms.
  else {
    endBy(answered.signal);
    process.exit(answered.exitCode);
  }
})();

/** What can be answered from what is stored needs a small part of the program only. */
async function tryQuickly(argv) {
  let quick;
  try {
    quick = require('../dist/quick.js');
  } catch (error) {
    // It is made with the help of this file, so at first it is not there.
    if (error.code !== 'MODULE_NOT_FOUND') throw error;
    return undefined;
  }
  return quick.quickAnswer(argv, process);
}

async function runWhole(argv) {
  const { main, report, systemContext } = require('../dist/main.js');
  const context = systemContext(process);
  // Node would print all of an error that nobody caught, and secrets with it.
  process.on('uncaughtException', (error) => process.exit(report(error, argv, context.stderr)));
  // Node would end with 0 when nothing is left to wait for, even in the middle of a command.
  const stalled = () => {
    process.exitCode = report(new Error('stalled'), argv, context.stderr);
  };
  process.once('beforeExit', stalled);
  process.exitCode = await main(argv, context);
  process.removeListener('beforeExit', stalled);
  const ending = await endOfOutput(context, (error) => report(error, argv, context.stderr));
  if (process.exitCode === 0) process.exitCode = ending;
  endBy(await context.endsBy(process.exitCode));
  if (context.isHeld()) process.kill(process.pid, 'SIGKILL');
}

/** Gives 0 when everything was taken; 141 (128 + SIGPIPE), as git and others, when the reader has gone away. */
async function endOfOutput(context, tell) {
  try {
    return (await context.flush()) ? 0 : 141;
  } catch (error) {
    return process.exitCode === 0 ? tell(error) : 0;
  }
}

/** Ends the process as Ctrl-C ends any other: a shell would take an exit code for an answer, and go on with its loop. */
function endBy(signal) {
  // Windows would end the process with another code.
  if (signal === undefined || process.platform === 'win32') return;
  process.removeAllListeners(signal);
  process.kill(process.pid, signal);
}
