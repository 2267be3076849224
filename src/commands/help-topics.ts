/** A page of the help that belongs to no single command. */
export interface HelpTopic {
  /** What the help of the program says of it. */
  readonly summary: string;
  /** The page, without the flags that it shows. */
  readonly text: string;
  /** Also shows the flags of `--grant`. */
  readonly showsGrantFlags?: true;
}

/** The topics, by the name that stands after `help`. */
export const topics: Readonly<Record<string, HelpTopic>> = {
  grants: {
    summary: 'tokens without a person, for CI and scripts',
    text: `With --grant, token, exec, keep, request and proxy get a token without a person.

Examples:
  oauth-login token work --grant client-credentials --client-id my-job
  oauth-login token google --grant jwt-bearer --key-file service-account.json

`,
    showsGrantFlags: true,
  },
  'exit-codes': {
    summary: 'what the exit codes mean',
    text: `Exit codes:
    0  success
    1  internal error
    2  wrong command line
    3  missing or wrong configuration
    4  sign in first, or again
    5  the server refused
    6  a reply that must not be trusted
    7  network failure or time-out
    8  storage failure
  130  interrupted
  141  nobody reads the output
`,
  },
};
