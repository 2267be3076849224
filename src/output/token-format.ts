import type { AccountHead } from '../accounts/account.ts';
import { UsageError } from '../errors.ts';
import type { Secret } from '../secrets/secret.ts';
import { jsonText } from './json.ts';

/** The ways `token` can print its answer. */
export type TokenFormat = 'raw' | 'json' | 'header';

/** Reads `--format`; throws a `UsageError` for anything else. */
export function readTokenFormat(text: string): TokenFormat {
  if (text === 'raw' || text === 'json' || text === 'header') return text;
  throw new UsageError('usage_invalid', `there is no format ${JSON.stringify(text)}`, {
    hint: 'the formats are raw, json and header',
  });
}

/** The answer of `token`: one of the three places where a secret is shown on purpose. */
export function tokenText(
  format: TokenFormat,
  token: Secret,
  source: Pick<AccountHead, 'id' | 'provider' | 'scopes' | 'expiresAt'> | { readonly variable: string },
): string {
  switch (format) {
    case 'raw':
      return `${token.reveal()}\n`;
    case 'header':
      return `Authorization: Bearer ${token.reveal()}\n`;
    case 'json':
      return jsonText({
        access_token: token.reveal(),
        token_type: 'Bearer',
        ...('variable' in source
          ? { source: source.variable }
          : {
              expires_at: source.expiresAt ?? null,
              scope: source.scopes.join(' '),
              provider: source.provider,
              account: source.id,
            }),
      });
  }
}
