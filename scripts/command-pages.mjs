// Writes man/oauth-login.1 and docs/commands.md from the descriptions of the commands; --print writes both to the standard
// output instead.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { importSource } from './from-source.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const { version } = JSON.parse(readFileSync(`${root}/package.json`, 'utf8'));
const { commandPages } = await importSource('src/commands/command-pages.ts');
const { groups, rootOptions, grantOptions, exitCodes } = commandPages();

/** When the man page was last read as a whole. */
const PAGE_DATE = '2026-11-29';
const SUMMARY = 'sign in to any OAuth 2.0 or OpenID Connect provider, and use the token in scripts';
const GRANT_HEADING = 'Options of --grant';

const environment = [
  ['OAUTH_LOGIN_<PROVIDER>_CLIENT_ID, OAUTH_LOGIN_<PROVIDER>_CLIENT_SECRET', 'the client of a provider'],
  ['OAUTH_LOGIN_<PROVIDER>_TOKEN', 'an access token to use in place of a stored account'],
  ['OAUTH_LOGIN_STORE', 'where the key that protects the sign-ins is kept: keychain, passphrase or file'],
  ['OAUTH_LOGIN_PASSPHRASE', 'the passphrase of the store "passphrase"'],
  [
    'OAUTH_LOGIN_CONFIG_DIR, OAUTH_LOGIN_DATA_DIR',
    'other directories for the configuration and the accounts',
  ],
  ['BROWSER', 'the program that opens addresses'],
  ['HTTPS_PROXY, NO_PROXY', 'the proxy for all requests, and the hosts that are asked without it'],
  ['NODE_EXTRA_CA_CERTS', 'a PEM file with more certificate authorities'],
  ['CI', 'nobody is asked and nobody is waited for'],
  ['NO_COLOR, FORCE_COLOR, ACCESSIBLE', 'whether colours are used; ACCESSIBLE=1 gives plain lines'],
];

const files = [
  [
    '~/.config/oauth-login/config.json',
    'the configuration (macOS: ~/Library/Application Support/oauth-login)',
  ],
  ['~/.local/share/oauth-login/', 'the accounts, sealed'],
  ['/etc/oauth-login/', 'the configuration and the provider files of the machine'],
];

const pages = { 'man/oauth-login.1': manPage(), 'docs/commands.md': markdownPage() };
for (const [file, text] of Object.entries(pages)) {
  if (process.argv.includes('--print')) {
    process.stdout.write(text);
  } else {
    mkdirSync(`${root}/man`, { recursive: true });
    writeFileSync(`${root}/${file}`, text);
  }
}

/** man(7), as every system has it. */
function manPage() {
  const roff = (text) =>
    text
      .replaceAll('\\', '\\e')
      .replaceAll('-', '\\-')
      .replace(/^(?=[.'])/, '\\&');
  const tagged = ([term, text]) => ['.TP', `.B ${roff(term)}`, ...(text === '' ? [] : [roff(text)])];
  const items = (list) => list.flatMap(({ term, text }) => tagged([term, text === '' ? 'see above' : text]));
  const lines = (texts) => ['.PP', '.nf', ...texts.map((text) => roff(text)), '.fi'];
  const command = (each) => [
    `.SS ${roff(each.usage)}`,
    roff(each.text),
    ...(each.takesGrants ? [`It also takes the options of \\-\\-grant, below.`] : []),
    ...items(each.arguments.filter(({ text }) => text !== '')),
    ...each.options.flatMap(({ heading, items: list }) =>
      heading === 'Options' ? items(list) : ['.PP', `${roff(heading)}:`, ...items(list)],
    ),
    ...(each.notes === undefined ? [] : ['.PP', roff(each.notes.heading), ...lines(each.notes.lines)]),
    '.PP',
    'Examples:',
    ...lines(each.examples.map((example) => `    ${example}`)),
  ];
  return `${[
    '.\\" Written by npm run command-pages; change the descriptions in src/commands/ instead.',
    `.TH OAUTH\\-LOGIN 1 ${PAGE_DATE} "oauth\\-login ${version}" "User Commands"`,
    '.SH NAME',
    `oauth\\-login \\- ${roff(SUMMARY)}`,
    '.SH SYNOPSIS',
    '.B oauth\\-login',
    '.I target',
    '.RI [ options ]',
    '.br',
    '.B oauth\\-login',
    '.I command',
    '.RI [ options ]',
    '.SH DESCRIPTION',
    'A target is a provider such as github, a provider of your own configuration, an account such as github:octocat, or the address of an issuer or an API.',
    'The answer goes to the standard output, and everything else to the standard error.',
    'Secrets never stand in the arguments.',
    ...items(rootOptions),
    '.SH COMMANDS',
    ...groups.flatMap(({ commands }) => commands.flatMap(command)),
    '.SH OPTIONS OF \\-\\-GRANT',
    'With these, token, exec and request get a token without a person, for CI and scripts.',
    ...items(grantOptions),
    '.SH EXIT STATUS',
    ...items(exitCodes),
    '.SH ENVIRONMENT',
    ...environment.flatMap(tagged),
    '.SH FILES',
    ...files.flatMap(tagged),
    '.SH SEE ALSO',
    'https://github.com/oauth\\-login/oauth\\-login#readme',
  ].join('\n')}\n`;
}

function markdownPage() {
  const code = (text) => `\`${text}\``;
  const cell = (text) => text.replaceAll('|', '\\|').replace(/<([^>]*)>/g, '&lt;$1&gt;');
  const table = (title, list) => [
    `| ${title} | |`,
    '| --- | --- |',
    ...list.map(({ term, text }) => `| ${code(term.replaceAll('|', '\\|'))} | ${cell(text)} |`),
    '',
  ];
  const anchor = (text) =>
    text
      .toLowerCase()
      .replace(/[^a-z0-9 -]/g, '')
      .replaceAll(' ', '-');
  const grants = `[${GRANT_HEADING}](#${anchor(GRANT_HEADING)})`;
  const command = (each) => [
    `## ${each.name}`,
    '',
    ...['```', each.usage, '```', ''],
    each.text + (each.takesGrants ? ` It also takes the ${grants.replace('Options', 'options')}.` : ''),
    '',
    ...(each.arguments.some(({ text }) => text !== '')
      ? table(
          'argument',
          each.arguments.filter(({ text }) => text !== ''),
        )
      : []),
    ...each.options.flatMap(({ heading, items }) => table(heading === 'Options' ? 'option' : heading, items)),
    ...(each.notes === undefined ? [] : [each.notes.heading, '', '```', ...each.notes.lines, '```', '']),
    ...['```sh', ...each.examples, '```', ''],
  ];
  return `${[
    '# Commands',
    '',
    '`npm run command-pages` writes this page, and the man page, from the descriptions that `--help` is made from.',
    '',
    ...groups.map(
      ({ heading, commands }) =>
        `- ${heading}: ${commands.map(({ name }) => `[${name}](#${name})`).join(', ')}`,
    ),
    '',
    ...table('option', rootOptions),
    ...groups.flatMap(({ commands }) => commands.flatMap(command)),
    `## ${GRANT_HEADING}`,
    '',
    'With these, `token`, `exec` and `request` get a token without a person. See [ci.md](ci.md).',
    '',
    ...table('option', grantOptions),
    '## Exit codes',
    '',
    ...table('code', exitCodes),
  ]
    .join('\n')
    .trimEnd()}\n`;
}
