/**
 * Options that let another program read the memory of this one, or that write the memory to the disk. Profiles
 * (`--cpu-prof`, `--heap-prof`) hold names of functions and no values. `preventCrashArtefacts` switches reports
 * off.
 */
const EXPOSING = /^--(?:inspect(?:-brk|-brk-node|-wait)?|heapsnapshot-.+|abort-on-uncaught-exception)$/;

/**
 * The options of Node that expose what is in memory, secrets among it, each with the place it was given at.
 *
 * @see [Node's command-line API](https://nodejs.org/api/cli.html)
 */
export function debugOptions(execArgv: readonly string[], nodeOptions = ''): readonly string[] {
  return [
    ...execArgv.map(optionName).filter(isExposing),
    ...words(nodeOptions)
      .map(optionName)
      .filter(isExposing)
      .map((name) => `${name} in NODE_OPTIONS`),
  ];
}

/** Without its value; Node takes underscores for dashes. */
function optionName(word: string): string {
  return (word.split('=')[0] ?? '').replaceAll('_', '-');
}

function isExposing(name: string): boolean {
  return EXPOSING.test(name);
}

/** `NODE_OPTIONS` has words as a shell has them, with double quotes only. */
function words(text: string): readonly string[] {
  return (text.match(/(?:[^\s"]|"(?:[^"\\]|\\.)*"?)+/g) ?? []).map((word) =>
    word.replace(/"((?:[^"\\]|\\.)*)"?/g, (_, quoted: string) => quoted.replace(/\\(.)/g, '$1')),
  );
}
