#!/usr/bin/env node
const { writeSync } = require('node:fs');

(async () => {
  const argv = process.argv.slice(2);
  const answered = await tryQuickly(argv);
  if (answered === undefined || answered.input !== undefined) {
    await runWhole(argv, answered?.input);
  } else if (answered.unwritten !== undefined) {
    process.exit(unwritten(answered.unwritten, argv));
  }
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
    if (error.code !== 'MODULE_NOT_FOUND') {
      throw error;
    }
    return undefined;
  }
  return quick.quickAnswer(argv, process);
}

/** Gives 141 (128 + SIGPIPE), as git and others, when the reader has gone away, and says of anything else what it is. */
function unwritten(code, argv) {
  const { outputFailure, report } = wholeProgram();
  const failure = outputFailure(code);
  if (failure === undefined) {
    return 141;
  }
  try {
    return report(failure, argv, { write: (words) => writeSync(2, words) });
  } catch {
    return failure.exitCode;
  }
}

/** Ends the process with words of its own where there is no program, as in a checkout that was not built. */
function wholeProgram() {
  try {
    return require('../dist/main.js');
  } catch (error) {
    // What else is missing is not there for another reason.
    if (error.code !== 'MODULE_NOT_FOUND' || error.requireStack[0] !== __filename) {
      throw error;
    }
    writeSync(
      2,
      'oauth-login: error: the program is not built yet: there is no dist/main.js\n' +
        'oauth-login: hint: run npm run build in the checkout\n',
    );
    process.exit(1);
  }
}

/** `input` is what the quick try has read from the standard input, where nothing is left then. */
async function runWhole(argv, input) {
  const { main, releaseEveryLock, report, systemContext } = wholeProgram();
  const context = systemContext(process, input);
  // Node would print all of an error that nobody caught, and secrets with it.
  const crash = (error) => {
    releaseEveryLock();
    process.exit(report(error, argv, context.stderr));
  };
  process.on('uncaughtException', crash);
  // For Bun, a rejection that nobody handled is no exception.
  if (process.versions.bun !== undefined) {
    process.on('unhandledRejection', crash);
  }
  // Node would end with 0 when nothing is left to wait for, even in the middle of a command.
  const stalled = () => {
    process.exitCode = report(new Error('stalled'), argv, context.stderr);
  };
  process.once('beforeExit', stalled);
  process.exitCode = await main(argv, context);
  process.removeListener('beforeExit', stalled);
  const ending = await endOfOutput(context, (error) => report(error, argv, context.stderr));
  if (process.exitCode === 0) {
    process.exitCode = ending;
  }
  endBy(await context.endsBy(process.exitCode));
  if (context.isHeld()) {
    process.kill(process.pid, 'SIGKILL');
  }
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
  if (signal === undefined || process.platform === 'win32') {
    return;
  }
  process.removeAllListeners(signal);
  process.kill(process.pid, signal);
}
