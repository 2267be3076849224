#!/usr/bin/env node
const { main, report, systemContext } = require('../dist/main.js');

(async () => {
  const context = systemContext(process);
  // Node would print all of an error that nobody caught, and secrets with it.
  process.on('uncaughtException', (error) => process.exit(report(error, process.argv.slice(2), context)));
  process.exitCode = await main(process.argv.slice(2), context);
  const taken = await context.flush();
  // As git and others end when the reader of their output has gone away (128 + SIGPIPE).
  if (!taken && process.exitCode === 0) process.exitCode = 141;
  if (context.isHeld()) process.kill(process.pid, 'SIGKILL');
})();
