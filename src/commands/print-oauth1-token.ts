import type { AccessSession } from '../access/access-session.ts';
import { freshToken } from '../access/fresh-token.ts';
import type { Freshness } from '../access/freshness.ts';
import { tokenOrigins } from '../access/token-origins.ts';
import type { AccountSource } from '../access/token-source.ts';
import { type OAuth1Signer, signedRequest } from '../credential/oauth1/signed-request.ts';
import { UsageError } from '../ground/errors.ts';
import { shellQuoted } from '../ground/file-system-words.ts';
import { jsonText } from '../output/json.ts';
import { maskLines } from '../output/masks.ts';
import { type TokenFormat, tokenFacts } from '../output/token-format.ts';
import { requireOrigin } from './require-origin.ts';

/** What is asked of a token of OAuth 1.0a. */
export interface OAuth1TokenQuestion {
  readonly format: TokenFormat;
  readonly method?: string;
  readonly url?: string;
  readonly freshness: Freshness;
}

/**
 * Prints what can be had of a token of OAuth 1.0a: the signed header of one request, or token and secret as JSON.
 *
 * The token alone authorizes nothing, so every other format is refused with a `UsageError`; so is an address that the
 * token was not issued for, since a signature by PLAINTEXT shows the secrets.
 */
export async function printOAuth1Token(
  source: AccountSource,
  { format, method, url, freshness }: OAuth1TokenQuestion,
  access: AccessSession,
): Promise<void> {
  const { context } = access;
  const { head } = source;
  if (format !== 'json' && format !== 'header') {
    throw aloneOfNoUse(head.label, head.provider);
  }
  const address = format === 'header' ? readAddress(url, head.provider) : undefined;
  if (address !== undefined) {
    const configuration = await access.configuration();
    requireOrigin(address, tokenOrigins(source, undefined, {}, configuration), configuration, context.paths);
  }
  const fresh = await freshToken(source, freshness, access);
  if (fresh.kind !== 'account' || fresh.signer?.token === undefined) {
    throw aloneOfNoUse(head.label, head.provider);
  }
  const { signer } = fresh;
  const { identifier, secret } = fresh.signer.token;
  if (address !== undefined) {
    context.stdout.write(`${headerOf(address, method ?? 'GET', signer)}\n`);
    return;
  }
  context.stderr.write(maskLines(identifier, context.env) + maskLines(secret, context.env));
  context.stdout.write(
    jsonText({
      access_token: identifier.reveal(),
      token_secret: secret.reveal(),
      token_type: 'OAuth',
      client_id: signer.clientId,
      signature_method: signer.signatureMethod,
      ...tokenFacts(fresh),
    }),
  );
}

/** One header, wherever the server likes to find the parameters: all servers have to take it (RFC 5849 §3.5). */
function headerOf(url: URL, method: string, signer: OAuth1Signer): string {
  const signed = signedRequest({ method, url: url.href }, { ...signer, parametersIn: 'header' });
  return `Authorization: ${signed.headers.authorization}`;
}

function readAddress(url: string | undefined, provider: string): URL {
  const example = `for example: oauth-login token ${provider} --format header --method GET --url https://api.example.com/me`;
  if (url === undefined) {
    throw new UsageError('usage_invalid', 'a header of OAuth 1.0a is signed for one request: which one?', {
      hint: `name it with --url and --method, ${example}`,
    });
  }
  if (!/^https?:\/\/[^\s\x00-\x1f\x7f]+$/i.test(url) || !URL.canParse(url)) {
    throw new UsageError('usage_invalid', '--url is not an absolute URL', { hint: example });
  }
  return new URL(url);
}

function aloneOfNoUse(label: string, provider: string): UsageError {
  return new UsageError(
    'usage_conflict',
    `${label} uses OAuth 1.0a: its token is of no use alone, because each request is signed`,
    {
      hint: `send a request with: oauth-login request ${shellQuoted(provider)} https://api.example.com/me (exec runs a command with token and secret, --format header signs one header, and --json prints both)`,
    },
  );
}
