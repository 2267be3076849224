import type { FreshToken } from '../access/fresh-token.ts';
import { bearerCredential, headerLine, headersShown, TOKEN_TYPE } from '../credential/credential.ts';
import { UsageError } from '../ground/errors.ts';
import type { Secret } from '../ground/secret.ts';
import type { TokenPresentation } from '../providers/provider.ts';
import { jsonText } from './json.ts';
import { dotenvValue, gitlabDotenvValue } from './token-formats/env-file.ts';
import { netrcLines } from './token-formats/netrc.ts';
import { fishWord, posixWord, powershellLiteral } from './token-formats/shell.ts';

const assigning = ['env', 'dotenv', 'fish', 'powershell', 'github-actions', 'gitlab-dotenv'] as const;
const formats = ['raw', 'json', 'header', 'headers-json', ...assigning, 'netrc'] as const;

/** The ways `token` can print its answer. */
export type TokenFormat = (typeof formats)[number];

/** What some of the formats need besides the token. */
interface FormatParts extends Omit<TokenAnswer, 'token'> {
  /** The answer as JSON, which tells more than the token. */
  readonly document: () => Readonly<Record<string, unknown>>;
}

/** What `token` answers. */
export interface TokenAnswer {
  readonly token: FreshToken;
  /** How the API takes the token, where that is not as the standard has it. */
  readonly presentation?: TokenPresentation;
  /** The variable that the formats for shells and files set. */
  readonly variable: string;
  /** Where the token may be sent. */
  readonly origins: readonly string[];
}

/** Reads `--format`; throws a `UsageError` for anything else. */
export function readTokenFormat(text: string): TokenFormat {
  const format = formats.find((known) => known === text);
  if (format !== undefined) {
    return format;
  }
  throw new UsageError('usage_invalid', `there is no format ${JSON.stringify(text)}`, {
    hint: `the formats are ${formats.join(', ')}`,
  });
}

/** Whether the format sets a variable, so that `--as` has a meaning. */
export function setsVariable(format: TokenFormat): boolean {
  return assigning.some((known) => known === format);
}

/** The answer of `token`: one of the three places where a secret is shown on purpose. */
export function tokenText(format: TokenFormat, { token, ...answer }: TokenAnswer): string {
  const document = () => ({
    access_token: token.accessToken.reveal(),
    token_type: TOKEN_TYPE,
    ...tokenFacts(token),
  });
  return formattedToken(format, token.accessToken, { ...answer, document });
}

/** A token in one of the formats. Throws a `UsageError` where the format cannot hold it. */
export function formattedToken(
  format: TokenFormat,
  secret: Secret,
  { variable, presentation, origins, document }: FormatParts,
): string {
  const token = secret.reveal();
  switch (format) {
    case 'raw':
      return `${token}\n`;
    case 'header':
      return `${headerLine(bearerCredential(secret, presentation))}\n`;
    case 'headers-json':
      return jsonText(headersShown(bearerCredential(secret, presentation)));
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
      return netrcLines(token, origins);
    case 'json':
      return jsonText(document());
  }
}

/** What is known of a token besides its text. */
export function tokenFacts(token: FreshToken): Readonly<Record<string, unknown>> {
  if (token.kind === 'supplied') {
    return { source: token.variable };
  }
  const { expiresAt, scopes, provider } = token.head;
  return {
    expires_at: expiresAt ?? null,
    scope: scopes.join(' '),
    provider,
    ...(token.kind === 'account' && token.head.refreshTokenExpiresAt !== undefined
      ? { refresh_token_expires_at: token.head.refreshTokenExpiresAt }
      : {}),
    ...(token.kind === 'unattended' ? { grant: token.head.grant } : { account: token.head.id }),
  };
}
