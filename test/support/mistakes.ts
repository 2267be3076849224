/** What somebody types, where, and what that person wants to read. */
export interface Mistake {
  /** A home with nothing in it (`empty`), or one with a sign-in to the test provider, which is called `work`. */
  readonly home?: 'empty' | 'account' | 'two accounts' | 'ended account';
  readonly terminal?: false | readonly [columns: number, rows: number];
  readonly env?: Readonly<Record<string, string>>;
  readonly unset?: readonly string[];
  /** The text of `config.json`. */
  readonly config?: string;
  /** Shell commands that come first; their output is not looked at. */
  readonly before?: string;
  readonly types?: readonly (readonly [seen: RegExp, text: string])[];
  /** What the person at the browser decides, where one is opened. */
  readonly browser?: 'allows' | 'refuses' | 'stays away';
  /** A command line of `sh`: `$ISSUER` is the test provider, `$LOOPBACK` its flag. */
  readonly command: string;
  /** What must be read, in this order. */
  readonly says: readonly RegExp[];
  readonly exit: readonly number[];
  /** The command is none of ours in the end, or its output is the answer that was asked for. */
  readonly foreignOutput?: true;
}

const CTRL_C = '\x03';
const ENTER = '\r';
const native = '$ISSUER --client-id $CLIENT $LOOPBACK';

/** By what goes wrong. Each is a sample of its kind. */
export const mistakes: Readonly<Record<string, readonly Mistake[]>> = {
  'a flag': [
    { command: 'oauth-login github --nobrowser', says: [/--no-browser/], exit: [2] },
    { command: 'oauth-login github --clientid abc', says: [/--client-id/], exit: [2] },
    { home: 'account', command: 'oauth-login logout --al', says: [/--all/], exit: [2] },
    { home: 'account', command: 'oauth-login status --jsn', says: [/--json/], exit: [2] },
    { command: 'oauth-login github --verson', says: [/--version/], exit: [2] },
    { command: 'oauth-login github —client-id abc', says: [/dash/, /--client-id/], exit: [2] },
    {
      command: 'oauth-login github --client-id a --client-secret s3cr3t',
      says: [/--client-secret-file/],
      exit: [2],
    },
    {
      command: 'oauth-login --list',
      says: [/unknown option --list\b(?!; did you mean)/, /--help/],
      exit: [2],
    },
    { command: 'oauth-login token github --output json', says: [/--json/], exit: [2] },
    {
      command: 'oauth-login google --from client_secret.json',
      says: [/oauth-login setup --help/],
      exit: [2],
    },
    { command: 'oauth-login -?', says: [/--help|Usage/], exit: [0, 2] },
    { command: 'oauth-login -v', says: [/\d+\.\d+\.\d+|-V|--version/], exit: [0, 2] },
    { command: 'oauth-login help --help', says: [/Usage/], exit: [0] },
    {
      home: 'account',
      command: 'oauth-login exec work env -0',
      says: [/--/],
      exit: [0, 2],
      foreignOutput: true,
    },
    { command: 'oauth-login github --tenant contoso', says: [/tenant/], exit: [2] },
  ],
  'the value of a flag': [
    { command: 'oauth-login github --client-id a --port 80', says: [/1024/], exit: [2] },
    { command: 'oauth-login github --port eighty', says: [/port/], exit: [2] },
    { command: 'oauth-login github --timeout 5m', says: [/seconds/, /300/], exit: [2] },
    { command: 'oauth-login github --timeout -1', says: [/seconds/], exit: [2] },
    { command: 'oauth-login github --param foo', says: [/NAME=VALUE|name=value/], exit: [2] },
    { command: 'oauth-login github --scope', says: [/--scope/], exit: [2] },
    {
      command: 'oauth-login github --client-id a --store keyring',
      says: [/keychain/, /passphrase/, /file/],
      exit: [2],
    },
    { command: 'oauth-login github --client-id ""', says: [/client id/i], exit: [2, 3] },
    { home: 'account', command: 'oauth-login token work --format yaml', says: [/raw/, /json/], exit: [2] },
    {
      terminal: false,
      unset: ['BROWSER'],
      command: 'oauth-login gitlab --host https://git.example.com/ --client-id a --store file',
      says: [/GitLab \(git\.example\.com\)/],
      exit: [4],
    },
    { command: 'oauth-login gitlab --host git.example.com/group --client-id a', says: [/host/], exit: [2] },
    { command: 'oauth-login setup github --client-id "my client ✨"', says: [/client id/i], exit: [2, 3] },
    { command: 'oauth-login setup github --client-id ada@example.com', says: [/client id/i], exit: [2, 3] },
    {
      command: 'oauth-login setup "My Work" --issuer https://login.example.com --client-id a',
      says: [/name/i],
      exit: [2],
    },
    {
      command:
        'oauth-login token https://issuer.example --grant client-credentials --client-id a --key-file nosuch.pem',
      says: [/nosuch\.pem/],
      exit: [3],
    },
  ],
  'the name of a provider or a command': [
    { terminal: false, command: 'oauth-login GitHub', says: [/github|GitHub/], exit: [2, 3] },
    { command: 'oauth-login github.com', says: [/github/], exit: [2] },
    { command: 'oauth-login git.example.com', says: [/gitlab --host|issuer/], exit: [2] },
    { command: 'oauth-login gihub', says: [/github/], exit: [2] },
    { command: 'oauth-login github token', says: [/oauth-login token github/], exit: [2] },
    {
      command: 'oauth-login localhost:8080',
      says: [/http:\/\/localhost:8080 --allow-http-loopback/],
      exit: [2],
    },
    { command: 'oauth-login providers serch cloud', says: [/--search/], exit: [2] },
    {
      command: 'oauth-login request https://api.github.com/user',
      says: [/provider before the URL/, /request github https/],
      exit: [2],
    },
    { command: 'oauth-login request GET https://api.github.com/user', says: [/--request GET/], exit: [2] },
    {
      command: 'oauth-login request github POST https://api.github.com/user',
      says: [/--request/],
      exit: [2],
    },
    { command: 'oauth-login tokn github', says: [/token/], exit: [2] },
    { command: 'oauth-login github gitlab', says: [/one/i], exit: [2] },
    { command: 'oauth-login ""', says: [/empty|which|what/i], exit: [2] },
    { command: 'oauth-login help nosuch', says: [/nosuch/], exit: [2] },
    { command: 'oauth-login acme', says: [/acme/, /providers/], exit: [2] },
    { command: 'oauth-login slack --host acme.example', says: [/host/], exit: [2] },
    { terminal: false, command: 'oauth-login auth0', says: [/--host/], exit: [2] },
    { home: 'account', command: 'oauth-login status github', says: [/status/], exit: [2] },
    { command: 'oauth-login token gihub --json', says: [/"error"|"code"/, /github/], exit: [2, 4] },
    {
      config: '{"providers":{"work":{"issuer":"https://login.example.com","client_id":"a"}}}',
      command: 'oauth-login login',
      says: [/work/],
      exit: [2],
    },
    {
      config: '{"providers":{"work":{"issuer":"https://login.example.com","client_id":"a"}}}',
      command: 'oauth-login token',
      says: [/oauth-login work/],
      exit: [4],
    },
  ],
  'a word of another tool': [
    ...['activate', 'list', 'ls'].map(
      (word): Mistake => ({
        home: 'account',
        command: `oauth-login ${word}`,
        says: [/status|oauth-login switch/],
        exit: [2],
      }),
    ),
    { home: 'account', command: 'oauth-login account list', says: [/oauth-login status/], exit: [2] },
    { home: 'account', command: 'oauth-login rename work boss', says: [/login work --as boss/], exit: [2] },
    { command: 'oauth-login oauth-login github', says: [/use: oauth-login github/], exit: [2] },
    { command: 'oauth-login sso login', says: [/use: oauth-login github/], exit: [2] },
    { command: 'oauth-login uninstall', says: [/forget --everything/], exit: [2] },
    { home: 'account', command: 'oauth-login logout all', says: [/logout --all/], exit: [2] },
    { command: 'oauth-login forget --all', says: [/forget --everything/], exit: [2] },
    { home: 'account', command: 'oauth-login forget work', says: [/logout work/], exit: [2] },
    { command: 'oauth-login whoami --all', says: [/oauth-login status/], exit: [2] },
    { command: 'oauth-login setup-git', says: [/credential git --install/], exit: [2] },
    { command: 'oauth-login login --hostname git.example.com', says: [/--host git/], exit: [2] },
    { command: 'oauth-login switch --user octocat', says: [/switch github:octocat/], exit: [2] },
    {
      home: 'two accounts',
      command: 'oauth-login token boss',
      says: [/no provider or account/, /work/],
      exit: [2],
    },
    { home: 'account', command: 'oauth-login refresh work', says: [/token work --refresh/], exit: [2] },
    { home: 'account', command: 'oauth-login revoke work', says: [/logout work/], exit: [2] },
    { command: 'oauth-login register github', says: [/setup github/], exit: [2] },
    { command: 'oauth-login config', says: [/config\.json|setup/], exit: [2] },
    { command: 'oauth-login init', says: [/setup/], exit: [2] },
    { command: 'oauth-login upgrade', says: [/--version/], exit: [2] },
    { command: 'oauth-login completion tcsh', says: [/bash/], exit: [2] },
    { command: 'oauth-login completions bash', says: [/completion/], exit: [2] },
    { command: 'oauth-login credential svn', says: [/git/], exit: [2] },
    { command: 'oauth-login use nobody', says: [/nobody/], exit: [2, 4] },
    { command: 'oauth-login switch nobody', says: [/nobody/], exit: [2, 4] },
    { command: 'oauth-login proxy', says: [/proxy/], exit: [2] },
    { command: 'oauth-login doctor gihub', says: [/github/], exit: [2] },
    { home: 'account', command: 'oauth-login export work', says: [/--to/], exit: [2] },
    { command: 'oauth-login import nosuch.sealed', says: [/nosuch\.sealed/], exit: [2, 3, 8] },
    { command: 'oauth-login login --resume ../x', says: [/\.\.\/x|--resume/], exit: [2] },
    { command: 'oauth-login forget', says: [/--everything/], exit: [2] },
    { command: 'oauth-login keep github', says: [/FILE|file/], exit: [2] },
    { home: 'account', command: 'oauth-login curl work $ISSUER/me', says: [/request work/], exit: [2] },
    {
      command: "printf 'protocol=https\\nhost=github.com\\n\\n' | oauth-login credential get",
      says: [/credential/],
      exit: [2],
    },
    { command: 'oauth-login setup', says: [/setup github|which|what/i], exit: [2] },
  ],
  'the configuration': [
    {
      config: '{"providers":{"github":{"clientid":"a"}}}',
      command: 'oauth-login github',
      says: [/line 1/, /client_id/],
      exit: [3],
    },
    {
      config: '{\n  // mine\n  "store": "file"\n}\n',
      command: 'oauth-login github --client-id a',
      says: [/line 2/, /comment/],
      exit: [3],
    },
    { config: '', command: 'oauth-login github --client-id a', says: [/empty/], exit: [3] },
    {
      config: '{"store":"keyring"}',
      command: 'oauth-login github --client-id a',
      says: [/keychain/, /passphrase/],
      exit: [3],
    },
    { config: 'store: file\n', command: 'oauth-login github --client-id a', says: [/JSON/], exit: [3] },
    {
      env: { OAUTH_LOGIN_CONFIG_DIR: 'conf' },
      command: 'oauth-login github --client-id a',
      says: [/absolute/],
      exit: [3],
    },
    {
      env: { HTTPS_PROXY: 'foo bar' },
      command: 'oauth-login https://issuer.example --client-id a --store file',
      says: [/HTTPS_PROXY/],
      exit: [3],
    },
    {
      before: 'touch secret; chmod 600 secret',
      command: 'oauth-login setup github --client-id abc --client-secret-file secret --store file',
      says: [/empty/],
      exit: [3],
    },
    {
      command: 'oauth-login setup github --client-id abc --client-secret-file nosuch --store file',
      says: [/nosuch/],
      exit: [3],
    },
    {
      home: 'account',
      command: 'oauth-login setup work --issuer https://other.example --client-id b',
      says: [/work/],
      exit: [0, 2, 3],
    },
  ],
  'a sign-in': [
    { command: 'oauth-login http://login.example.com --client-id a', says: [/https/], exit: [2, 3] },
    {
      command: 'oauth-login $ISSUER --client-id a --store file',
      says: [/--allow-http-loopback/],
      exit: [2, 3],
    },
    {
      browser: 'refuses',
      command: `oauth-login ${native} --store file`,
      says: [/refused|declined|denied/],
      exit: [5],
    },
    {
      command: 'oauth-login https://login.exmple.invalid --client-id a --store file',
      says: [/login\.exmple\.invalid/],
      exit: [7],
    },
    {
      browser: 'stays away',
      command: `oauth-login $ISSUER --client-id nope $LOOPBACK --store file --timeout 4`,
      says: [/client ID/],
      exit: [7],
    },
    {
      command: 'oauth-login http://127.0.0.1:9 --client-id a $LOOPBACK --store file',
      says: [/127\.0\.0\.1:9/],
      exit: [7],
    },
    {
      command: 'oauth-login $ISSUER/me --client-id a $LOOPBACK --store file',
      says: [/metadata|issuer/],
      exit: [3, 5, 7],
    },
    {
      env: { BROWSER: '/usr/bin/nosuchbrowser' },
      command: `oauth-login ${native} --store file --timeout 3`,
      says: [/nosuchbrowser|BROWSER/],
      exit: [3, 7],
    },
    { command: 'oauth-login x --client-id a --device --store file', says: [/--device/], exit: [2, 3] },
    {
      types: [[/Waiting|waiting/, CTRL_C]],
      browser: 'stays away',
      command: `oauth-login ${native} --store file`,
      says: [/interrupted/],
      exit: [130],
    },
    {
      terminal: false,
      env: { CI: '1' },
      unset: ['BROWSER'],
      command: 'oauth-login github --client-id a',
      says: [/OAUTH_LOGIN_GITHUB_TOKEN|--device/],
      exit: [3, 4],
    },
    {
      terminal: false,
      command: 'oauth-login google --client-id a --store file --timeout 2',
      says: [/secret/],
      exit: [3],
    },
    {
      terminal: false,
      command: `oauth-login ${native} --store passphrase`,
      says: [/OAUTH_LOGIN_PASSPHRASE/],
      exit: [3, 8],
    },
    { terminal: false, command: `oauth-login ${native} --timeout 3`, says: [/--store/], exit: [8] },
    {
      command: `oauth-login ${native} --store file --account bob`,
      says: [/--login-hint bob|--account/],
      exit: [2, 4],
    },
    {
      env: { SSH_CONNECTION: '1 2 3 4' },
      unset: ['BROWSER'],
      types: [
        [/Paste the address/, `hello${ENTER}`],
        [/not .*address|Not yet/i, CTRL_C],
      ],
      command: `oauth-login ${native} --store file`,
      says: [/address/],
      exit: [130],
    },
    {
      types: [[/passphrase/i, CTRL_C]],
      command: `oauth-login ${native}`,
      says: [/keychain/],
      exit: [130],
    },
    {
      env: { TERM: 'dumb' },
      types: [[/passphrase/, CTRL_C]],
      command: 'oauth-login setup github',
      says: [/GitHub only accepts registered apps/],
      exit: [130],
    },
  ],
  'what is stored': [
    {
      home: 'account',
      before: 'chmod 644 .local/share/oauth-login/accounts/*',
      command: 'oauth-login token work',
      says: [/chmod 600/],
      exit: [8],
    },
    {
      home: 'account',
      before: 'for f in .local/share/oauth-login/accounts/*; do head -c 200 "$f" >x; cat x >"$f"; done; rm x',
      command: 'oauth-login token work',
      says: [/damaged/, /sign in again|oauth-login/i],
      exit: [4, 8],
    },
    {
      home: 'account',
      before: 'rm .local/share/oauth-login/keys/*',
      command: 'oauth-login token work',
      says: [/key/],
      exit: [4, 8],
    },
    {
      home: 'ended account',
      command: 'oauth-login token work',
      says: [/ended|expired/, /oauth-login/],
      exit: [4],
    },
    {
      home: 'ended account',
      command: 'oauth-login whoami work',
      says: [/ended|expired|sign in/i],
      exit: [4],
    },
    { home: 'two accounts', command: 'oauth-login token', says: [/work/, /home/], exit: [2, 3, 4] },
    { command: 'oauth-login logout', says: [/signed in/], exit: [4] },
    {
      home: 'account',
      command: 'oauth-login request work https://api.example.com/user',
      says: [/api_origins/],
      exit: [2, 3],
    },
    {
      home: 'account',
      command: 'oauth-login request work //user',
      says: [/https:|address|URL/],
      exit: [2],
    },
    { command: 'oauth-login api github /user', says: [/use: oauth-login request github \/user/], exit: [2] },
    { command: 'oauth-login completion bash zsh', says: [/completion bash/], exit: [2] },
    { command: 'oauth-login import x.export --as home --replace', says: [/--as/, /--from/], exit: [2] },
    { home: 'two accounts', command: 'oauth-login switch ghost --remove', says: [/ghost/], exit: [2] },
    { home: 'account', command: 'oauth-login exec -- env', says: [/oauth-login exec/], exit: [2] },
    {
      home: 'account',
      command: 'oauth-login token work > /dev/full',
      says: [/space|full|written/],
      exit: [8],
    },
    { home: 'account', env: { TERM: 'dumb' }, command: 'oauth-login status', says: [/work/], exit: [0] },
    {
      home: 'account',
      env: { NO_COLOR: '1' },
      command: 'oauth-login status; oauth-login gihub',
      says: [/work/, /github/],
      exit: [2],
    },
    {
      home: 'account',
      before: `printf secret-1 >s; chmod 600 s; oauth-login setup sec --issuer $ISSUER --client-id b --client-secret-file s --store file $LOOPBACK; rm s`,
      command: 'oauth-login logout --all; oauth-login status',
      says: [/secret/],
      exit: [0, 4],
    },
  ],
  'a narrow terminal': [
    { terminal: [40, 20], command: 'oauth-login github --nobrowser', says: [/--no-browser/], exit: [2] },
    { terminal: [40, 20], home: 'account', command: 'oauth-login status', says: [/work/], exit: [0] },
    { terminal: [40, 20], command: 'oauth-login --help', says: [/Usage/], exit: [0] },
    { terminal: [40, 20], command: 'oauth-login token --help', says: [/Usage/], exit: [0] },
    { terminal: [40, 20], command: 'oauth-login providers', says: [/github/], exit: [0] },
    { terminal: [40, 20], command: 'oauth-login providers github', says: [/GitHub/], exit: [0] },
    {
      terminal: [40, 20],
      browser: 'allows',
      command: `oauth-login ${native} --store file`,
      says: [/Signed in/],
      exit: [0],
    },
  ],
};
