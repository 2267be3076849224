const VISIBLE = 'a secret on the command line can be read by others';

/** How each secret is given instead; the first name that fits counts. */
const ways: readonly (readonly [RegExp, string])[] = [
  [/refresh-?token/i, 'name a file with --refresh-token-file PATH, - for standard input'],
  [/subject-?token/i, 'name a file with --subject-token-file PATH, - for standard input'],
  [/token|bearer/i, 'set OAUTH_LOGIN_GITHUB_TOKEN, or the variable of another provider'],
  [/pass/i, 'set OAUTH_LOGIN_PASSPHRASE, or be asked for it in a terminal'],
  [/secret/i, 'name a file with --client-secret-file PATH, - for standard input'],
  [/^--?(?:private-?|signing-?)?key$|assertion/i, 'name a file with --key-file PATH'],
];

/** The name of an option as it may be repeated: what stands behind it, with `=` or without, may be a secret. */
export function optionName(typed: string): string {
  return /^--[a-z][\w-]*|^-./i.exec(typed)?.[0] ?? '-';
}

/**
 * The hint for an option whose name says that it was to hold a secret; `undefined` for any other. `known` are the
 * long names that the command has: no other is recommended.
 */
export function secretOptionHint(name: string, known: readonly string[]): string | undefined {
  const way = ways.find(([pattern]) => pattern.test(name))?.[1];
  if (way === undefined) {
    return undefined;
  }
  const [flag] = /--[a-z-]+/.exec(way) ?? [];
  return flag === undefined || known.includes(flag) ? `${VISIBLE}: ${way}` : VISIBLE;
}
