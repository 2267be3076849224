#!/usr/bin/env node
// cargo finds a helper by this name.
process.argv.splice(2, 0, 'credential', 'cargo');
require('./oauth-login.js');
