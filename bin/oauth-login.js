#!/usr/bin/env node
const { main, systemContext } = require('../dist/main.js');

(async () => {
  const context = systemContext(process);
  process.exitCode = await main(process.argv.slice(2), context);
  const taken = await context.flush();
  // As git and others end when the reader of their output has gone away (128 + SIGPIPE).
  if (!taken && process.exitCode === 0) process.exitCode = 141;
  if (context.isHeld()) process.kill(process.pid, 'SIGKILL');
})();
