// The npm that the scripts and the tests start.

// What an outer `npm test` or `npm start` says about its own run. Everything else stays: the registry, the cache, the
// proxy and the files that settings come from (`npm_config_userconfig`) are those of the person at this machine.
const ofAnOuterRun =
  /^(?:npm_(?:package|lifecycle)_.*|npm_(?:command|execpath|node_execpath)|npm_config_(?:prefix|global|global_prefix|local_prefix|location|workspaces?|include_workspace_root|dry_run|json|loglevel|node_gyp|npm_version|user_agent))$/i;

/** Gives the variables for an npm of its own: those given, without what an outer npm set for its own run. */
export function environmentForNpm(variables) {
  return Object.fromEntries(Object.entries(variables).filter(([name]) => !ofAnOuterRun.test(name)));
}

/** Gives how long one step of the preparation may take, in seconds: OAUTH_LOGIN_SETUP_LIMIT, or else ten minutes. */
export function stepLimit(variables) {
  const asked = Number(variables.OAUTH_LOGIN_SETUP_LIMIT);
  return asked > 0 ? asked : 600;
}
