// What `npm run mutate` runs: breaks one protection at a time in a copy of the checkout, runs the tests that have to
// notice, and prints a table. Not part of the gate. Ends with exit code 1 when a mutation survives, and when a place is
// not found exactly once, for the code has moved and the mutation has to move with it.
//   node scripts/mutate.mjs [WORD…]   only the mutations whose names contain one of the words
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Each edit is found by its text, in whichever file below src/ that is; how it is broken into lines does not matter. */
const mutations = [
  {
    name: 'docker gets the token of a part of a server',
    edits: [["new URL('/', name)", 'new URL(name)']],
    tests: ['test/integration/credential-resources.test.ts'],
  },
  {
    name: 'a cluster gets the token of another part of its server',
    edits: [
      [
        'const isWithin = resource === undefined || isWithinResource(server, resource);',
        'const isWithin = true;',
      ],
    ],
    tests: ['test/unit/credential-helpers/receiving-account.test.ts'],
  },
  {
    name: 'an old copy takes the place of a file that has changed',
    edits: [['if (again === text && original !== text) {', 'if (original !== text) {']],
    tests: ['test/unit/credential-helpers/installations.test.ts'],
  },
  {
    name: 'a file that was there is removed',
    edits: [['isEmpty && before.isThere && isMadeHere(file)', 'isEmpty && before.isThere']],
    tests: ['test/integration/credential-install.test.ts'],
  },
  {
    name: 'a link of somebody else is removed',
    edits: [['return basename(target) === basename(path) ?', 'return there !== undefined ?']],
    tests: ['test/integration/credential-install.test.ts'],
  },
  {
    name: 'the proxy answers another user',
    edits: [["if (platform === 'linux' && !(await isUser(request.socket))) {", 'if (Math.random() < 0) {']],
    tests: ['test/integration/threats-proxy.test.ts'],
  },
  {
    name: 'no state check',
    edits: [["if (!sameText(parameters.get('state') ?? '', expected.state)) {", 'if (Math.random() < 0) {']],
    tests: ['test/unit/loopback/callback.test.ts'],
  },
  {
    name: 'no nonce',
    edits: [['validateNonce(claims.nonce, expected);', '']],
    tests: ['test/integration/threats-id-token-claims.test.ts'],
  },
  {
    name: 'account lock ignored',
    edits: [
      [
        'const token = owner === undefined ? takeLockFile(file, files) : undefined;',
        "const token = takeLockFile(file, files) ?? 'not ours';",
      ],
      ['isHeld: () => isOwnLock(file, token, files),', 'isHeld: () => true,'],
    ],
    tests: ['test/unit/accounts/lock.test.ts'],
  },
  {
    name: 'wrong iss accepted',
    edits: [['return expected.issuer !== undefined && iss !== expected.issuer;', 'return false;']],
    tests: ['test/unit/loopback/callback.test.ts'],
  },
  {
    name: 'authorization header in the trace',
    edits: [
      [
        // Streamed requests have a double of the first line.
        // biome-ignore-start lint/suspicious/noTemplateCurlyInString: the text of the source
        'options.trace?.(`${request.method} ${target.origin}${target.pathname} ${outcome} ${duration} ms`); }; let pause',
        "options.trace?.(`${request.method} ${target.origin} ${request.headers.get('authorization')}`); }; let pause",
        // biome-ignore-end lint/suspicious/noTemplateCurlyInString: the text of the source
      ],
    ],
    tests: ['test/unit/adapters/http.test.ts', 'test/integration/threats-leaks.test.ts'],
  },
  {
    name: 'at_hash ignored',
    edits: [
      [
        'if (at_hash !== undefined && at_hash !== accessTokenHash(',
        'if (at_hash === false && accessTokenHash(',
      ],
    ],
    tests: ['test/unit/protocol/id-token.test.ts'],
  },
  {
    name: 'bearer token in place of a bound one',
    edits: [['return binding.isRequired ? [bound] : [bound, bearer];', 'return [bound, bearer];']],
    tests: ['test/integration/dpop-attacks.test.ts'],
  },
  {
    name: 'files written 0644',
    edits: [
      [
        'fchmodSync(descriptor, 0o600); } const bytes = Buffer.from(content);',
        'fchmodSync(descriptor, 0o644); } const bytes = Buffer.from(content);',
      ],
    ],
    tests: ['test/unit/secrets/private-files.test.ts'],
  },
  {
    name: 'POST retried',
    edits: [["if (outcome.method !== 'GET' || outcome.attempt", 'if (outcome.attempt']],
    tests: ['test/unit/adapters/http-failures.test.ts'],
  },
  {
    name: 'unconfirmed browser accepted',
    edits: [
      [
        "if (browser === 'unconfirmed' && expected.refuseUnconfirmed) { return { kind: 'unconfirmed' }; } const iss",
        'const iss',
      ],
    ],
    tests: ['test/unit/loopback/start-link.test.ts'],
  },
  {
    name: 'refreshed sub ignored',
    edits: [
      ['if (original.subject !== undefined && claims.sub !== original.subject)', 'if (Math.random() < 0)'],
    ],
    tests: ['test/unit/protocol/refreshed-id-token.test.ts', 'test/integration/threats-documents.test.ts'],
  },
  {
    name: 'slow_down ignored',
    edits: [['interval = Math.max(interval + SLOW_DOWN_SECONDS, error.interval ?? 0);', '']],
    tests: ['test/integration/device.test.ts'],
  },
];

const words = process.argv.slice(2);
const chosen = mutations.filter(
  ({ name }) => words.length === 0 || words.some((word) => name.includes(word)),
);
const copy = mkdtempSync(join(tmpdir(), 'oauth-login-mutate-'));
try {
  copyCheckout();
  process.exitCode = judge();
} finally {
  rmSync(copy, { recursive: true, force: true });
}

function copyCheckout() {
  const left = new Set(['.git', 'artifacts', 'dist', 'node_modules']);
  for (const name of readdirSync(root)) {
    if (!left.has(name)) {
      cpSync(join(root, name), join(copy, name), { recursive: true });
    }
  }
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
}

function judge() {
  const misplaced = chosen.flatMap(({ name, edits }) =>
    edits.flatMap(([text]) => {
      const places = filesWith(text);
      return places.length === 1 ? [] : [`${name}: found ${places.length} times, not once: ${text}`];
    }),
  );
  for (const line of misplaced) {
    console.error(`mutate: ${line}`);
  }
  if (misplaced.length > 0) {
    return 1;
  }

  const before = run([...new Set(chosen.flatMap(({ tests }) => tests))]);
  if (before.failed.length > 0 || before.passed === 0) {
    console.error(`mutate: the tests have to pass before anything is broken: ${before.failed.join('; ')}`);
    return 1;
  }
  let survivors = 0;
  for (const { name, edits, tests } of chosen) {
    const undo = edits.map(([text, other]) => edit(text, other));
    const { failed } = run(tests);
    for (const step of undo.reverse()) {
      step();
    }
    if (failed.length === 0) {
      survivors += 1;
    }
    const more = failed.length > 1 ? ` (and ${failed.length - 1} more)` : '';
    console.log(`${name.padEnd(34)} → ${failed.length === 0 ? 'SURVIVED' : `${failed[0]}${more}`}`);
  }
  return survivors > 0 ? 1 : 0;
}

/** Matches the text, with any white space, or none, between its words and signs. */
function patternOf(text) {
  const parts = text.match(/\w+|[^\w\s]/g) ?? [];
  return new RegExp(parts.map((part) => part.replace(/\W/, '\\$&')).join('\\s*'), 'g');
}

/** The files that hold the text, each as often as it does. */
function filesWith(text) {
  const pattern = patternOf(text);
  return readdirSync(join(copy, 'src'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .flatMap((file) =>
      Array.from({ length: readFileSync(file, 'utf8').match(pattern)?.length ?? 0 }, () => file),
    );
}

/** Changes the one place; gives what changes it back. */
function edit(text, other) {
  const [file] = filesWith(text);
  const source = readFileSync(file, 'utf8');
  writeFileSync(
    file,
    source.replace(patternOf(text), () => other),
  );
  return () => writeFileSync(file, source);
}

/** Runs test files in the copy; a file that cannot be loaded counts as a failure of its own. */
function run(tests) {
  const report = join(copy, 'report.json');
  rmSync(report, { force: true });
  const vitest = join(copy, 'node_modules/vitest/vitest.mjs');
  const { stderr } = spawnSync(
    process.execPath,
    [vitest, 'run', '--bail=5', '--reporter=json', `--outputFile=${report}`, ...tests],
    { cwd: copy, encoding: 'utf8' },
  );
  let results;
  try {
    results = JSON.parse(readFileSync(report, 'utf8')).testResults;
  } catch {
    throw new Error(`the tests ended without a report: ${stderr}`);
  }
  const all = results.flatMap(({ assertionResults }) => assertionResults);
  const broken = results.filter(
    ({ status, assertionResults }) => status === 'failed' && assertionResults.length === 0,
  );
  if (broken.length > 0) {
    throw new Error(`cannot be loaded: ${broken.map(({ message }) => message).join('; ')}`);
  }
  return {
    passed: all.filter(({ status }) => status === 'passed').length,
    failed: all.filter(({ status }) => status === 'failed').map(({ fullName }) => fullName),
  };
}
