import type { AccountHead } from '../accounts/account.ts';
import type { UnattendedTokenHead } from '../accounts/unattended-tokens.ts';
import { UsageError } from '../ground/errors.ts';
import type { Secret } from '../ground/secret.ts';
import { jsonText } from './json.ts';
import { dotenvValue, gitlabDotenvValue } from './token-formats/env-file.ts';
import { netrcLines } from './token-formats/netrc.ts';
import { fishWord, posixWord, powershellLiteral } from './token-formats/shell.ts';

const assigning = ['env', 'dotenv', 'fish', 'powershell', 'github-actions', 'gitlab-dotenv'] as const;
const formats = ['raw', 'json', 'header', ...assigning, 'netrc'] as const;

/** The ways `token` can print its answer. */
export type TokenFormat = (typeof formats)[number];

/** What `token` answers. */
export interface TokenAnswer {
  readonly token: Secret;
  /** Where it comes from. */
  readonly source:
    | Pick<AccountHead, 'id' | 'provider' | 'scopes' | 'expiresAt'>
    | Pick<UnattendedTokenHead, 'grant' | 'provider' | 'scopes' | 'expiresAt'>
    | { readonly variable: string };
  /** The variable that the formats for shells and files set. */
  readonly variable: string;
  /** Where the token may be sent. */
  readonly origins: readonly string[];
}

/** Reads `--format`; throws a `UsageError` for anything else. */
export function readTokenFormat(text: string): TokenFormat {
  const format = formats.find((known) => known === text);
  if (format !== undefined) return format;
  throw new UsageError('usage_invalid', `there is no format ${JSON.stringify(text)}`, {
    hint: `the formats are ${formats.join(', ')}`,
  });
}

/** Whether the format sets a variable, so that `--as` has a meaning. */
export function setsVariable(format: TokenFormat): boolean {
  return assigning.some((known) => known === format);
}

/** The answer of `token`: one of the three places where a secret is shown on purpose. */
export function tokenText(format: TokenFormat, answer: TokenAnswer): string {
  const { variable, source } = answer;
  const token = answer.token.reveal();
  switch (format) {
    case 'raw':
      return `${token}\n`;
    case 'header':
      return `Authorization: Bearer ${token}\n`;
    case 'env':
      return `export ${variable}=${posixWord(token)}\n`;
    case 'dotenv':
      return `${variable}=${dotenvValue(token)}\n`;
    case 'fish':
      return `set -gx ${variable} ${fishWord(token)}\n`;
    case 'powershell':
      return `$env:${variable} = ${powershellLiteral(token)}\n`;
    case 'github-actions':
      // One line of GITHUB_ENV or GITHUB_OUTPUT; the runner cuts it at the first "=", and a token has no line break.
      return `${variable}=${token}\n`;
    case 'gitlab-dotenv':
      return `${variable}=${gitlabDotenvValue(token)}\n`;
    case 'netrc':
      return netrcLines(token, answer.origins);
    case 'json':
      return jsonText({
        access_token: token,
        token_type: 'Bearer',
        ...('variable' in source
          ? { source: source.variable }
          : {
              expires_at: source.expiresAt ?? null,
              scope: source.scopes.join(' '),
              provider: source.provider,
              ...('grant' in source ? { grant: source.grant } : { account: source.id }),
            }),
      });
  }
}
