#!/usr/bin/env node
// bazel finds a helper by this name.
process.argv.splice(2, 0, 'credential', 'bazel');
require('./oauth-login.js');
