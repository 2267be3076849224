import type { Context } from '../ground/context.ts';
import { AbortedError, ProtocolError } from '../ground/errors.ts';
import { isInteractive } from '../ground/presence.ts';
import { foreignTokenOrigin } from '../providers/origins.ts';
import type { ResolvedProvider } from '../providers/provider.ts';
import type { Target } from '../settings/target.ts';

/**
 * Lets nothing secret go to a token endpoint that discovered metadata put on another origin, unless the issuer was
 * named exactly, the origin was confirmed before, or the person at the terminal says that both belong together.
 *
 * Throws a `ProtocolError` when nobody can be asked.
 *
 * @see [RFC 9700 §4.4](https://www.rfc-editor.org/rfc/rfc9700.html#section-4.4)
 */
export async function confirmTokenOrigin(
  provider: ResolvedProvider,
  settings: Target,
  context: Context,
): Promise<void> {
  const foreign = foreignTokenOrigin(provider);
  if (foreign === undefined || settings.issuerNamed) {
    return;
  }
  if (foreign === settings.configuration.token_endpoint_origin) {
    return;
  }
  const asks = new URL(provider.metadata.authorization_endpoint ?? provider.issuer).host;
  const gets = new URL(foreign).host;
  const hint = `if both belong to it, name the exact issuer: --issuer ${provider.issuer}`;
  if (isInteractive(context)) {
    const prompts = await context.openPrompts();
    const question = `${provider.label} signs in at ${asks}, but the code and the tokens go to ${gets}. Do both belong to it?`;
    if (await prompts.confirm(question, false)) {
      return;
    }
    throw new AbortedError('stopped; nothing was sent', hint);
  }
  throw new ProtocolError(
    'protocol_invalid_metadata',
    `${provider.label} signs in at ${asks}, but its metadata sends the code and the tokens to ${gets}`,
    { hint },
  );
}
