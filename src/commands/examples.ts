import type { CommandName } from './descriptions.ts';

/** Command lines that can be copied as they stand, for the help of each command. */
export const examples: Readonly<Record<CommandName, readonly string[]>> = {
  login: [
    'oauth-login github',
    'oauth-login gitlab --host git.example.com',
    'oauth-login https://issuer.example --client-id my-client',
  ],
  whoami: ['oauth-login whoami', 'oauth-login whoami github --json', 'oauth-login whoami github --offline'],
  token: [
    'oauth-login token github',
    'oauth-login token github --format header | curl -H @- https://api.github.com/user',
    'eval "$(oauth-login token github --format env)"',
  ],
  exec: [
    'oauth-login exec github -- printenv GITHUB_TOKEN',
    'oauth-login exec github --as GH_TOKEN -- gh repo list',
    'oauth-login exec --as GH_TOKEN=github --as LINEAR_TOKEN=linear -- my-agent',
  ],
  keep: [
    'oauth-login keep github /run/user/1000/github-token',
    'oauth-login keep google --id-token /run/user/1000/google-id-token',
  ],
  request: [
    'oauth-login request github https://api.github.com/user',
    'oauth-login request github https://api.github.com/user/repos --include',
  ],
  credential: [
    'oauth-login credential git github --install',
    'oauth-login credential git github --print',
    'oauth-login credential xoauth2 google --user ada@gmail.com',
  ],
  proxy: [
    "oauth-login proxy github --allow 'GET /repos/**' -- my-agent",
    'oauth-login proxy github --port 8765',
  ],
  status: ['oauth-login status', 'oauth-login status --json'],
  use: [
    'oauth-login use github:octocat --here',
    'oauth-login use github:ada@example.com /srv/work',
    'oauth-login use --remove',
  ],
  switch: ['oauth-login switch github:octocat', 'oauth-login switch github --remove'],
  logout: ['oauth-login logout github', 'oauth-login logout github:ada'],
  export: [
    'oauth-login export github --to github.export',
    'oauth-login export github --account ada --to ada.export',
  ],
  import: ['oauth-login import github.export', 'oauth-login import --from gh'],
  forget: ['oauth-login forget --everything', 'oauth-login forget --everything --yes'],
  providers: [
    'oauth-login providers github',
    'oauth-login providers --search cloud',
    'oauth-login providers --no-registration',
  ],
  setup: [
    'oauth-login setup github',
    'oauth-login setup google --from client_secret.json',
    'oauth-login setup work --issuer https://login.example.com',
  ],
  doctor: ['oauth-login doctor', 'oauth-login doctor github', 'oauth-login doctor github --json'],
  completion: ['oauth-login completion bash', 'oauth-login completion fish'],
  demo: ['oauth-login demo', 'oauth-login demo --device'],
};

/** The first lines of a person who has just installed it. */
export const firstExamples: readonly (readonly [string, string])[] = [
  ['oauth-login', 'choose from a list'],
  ['oauth-login github', 'sign in to GitHub'],
  ['oauth-login whoami', 'ask who is signed in'],
  ['oauth-login token github', 'print the token, for a script'],
  ['oauth-login providers', 'see what else you can sign in to'],
];
