#!/usr/bin/env node
// terraform finds a helper by this name.
process.argv.splice(2, 0, 'credential', 'terraform');
require('./oauth-login.js');
