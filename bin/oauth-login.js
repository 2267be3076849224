#!/usr/bin/env node
(async () => {
  const argv = process.argv.slice(2);
  const answered = await tryQuickly(argv);
  if (answered === undefined) await runWhole(argv);
  // It has written synchronously, so nothing is cut off; to take Node down in good order takes 2 ms.
  else process.exit(answered);
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
  // Node ends with 0 when nothing is left to wait for, even in the middle of a command.
  process.exitCode = 1;
  const stalled = () => {
    process.exitCode = report(new Error('stalled'), argv, context.stderr);
  };
  process.once('beforeExit', stalled);
  process.exitCode = await main(argv, context);
  process.removeListener('beforeExit', stalled);
  const taken = await context.flush();
  // As git and others end when the reader of their output has gone away (128 + SIGPIPE).
  if (!taken && process.exitCode === 0) process.exitCode = 141;
  if (context.isHeld()) process.kill(process.pid, 'SIGKILL');
}
