#!/usr/bin/env node
// docker finds a helper by this name.
process.argv.splice(2, 0, 'credential', 'docker');
require('./oauth-login.js');
