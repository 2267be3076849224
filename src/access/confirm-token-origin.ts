import type { Context } from '../ground/context.ts';
import { AbortedError, ProtocolError } from '../ground/errors.ts';
import { isInteractive } from '../ground/presence.ts';
import { foreignTokenOrigin } from '../providers/origins.ts';
import type { ResolvedProvider } from '../providers/provider.ts';
import type { Target } from '../settings/target.ts';

/** A provider whose metadata sends tokens to another host than its own. */
export interface ForeignTokenOrigin {
  readonly label: string;
  /** The host of the authorization endpoint, or of the issuer where tokens go to the same host as the person. */
  readonly signInHost: string;
  /** The host that gets the code and the tokens. */
  readonly tokenHost: string;
  /** The person is sent to that host too, and not to that of the issuer. */
  readonly isBothElsewhere: boolean;
}

/** Asks the person at the terminal whether both hosts belong to the provider. */
export type TokenOriginQuestion = (foreign: ForeignTokenOrigin) => Promise<boolean>;

/**
 * Lets nothing secret go to a token endpoint that discovered metadata put on another origin, unless the issuer was
 * named exactly, the origin was confirmed before, or the person at the terminal says that both belong together.
 *
 * `ask` is called only where `isInteractive`. Throws a `ProtocolError` when nobody can be asked, and an `AbortedError`
 * when the person says no.
 *
 * @see [RFC 9700 §4.4](https://www.rfc-editor.org/rfc/rfc9700.html#section-4.4)
 */
export async function confirmTokenOrigin(
  provider: ResolvedProvider,
  settings: Target,
  context: Context,
  ask: TokenOriginQuestion,
): Promise<void> {
  const foreign = foreignTokenOrigin(provider);
  if (foreign === undefined || settings.issuerNamed) {
    return;
  }
  if (foreign === settings.configuration.token_endpoint_origin) {
    return;
  }
  const { label } = provider;
  const tokenHost = new URL(foreign).host;
  const askingHost = new URL(provider.metadata.authorization_endpoint ?? provider.issuer).host;
  const isBothElsewhere = askingHost === tokenHost;
  const signInHost = isBothElsewhere ? new URL(provider.issuer).host : askingHost;
  const hint = `if both belong to it, name the exact issuer: --issuer ${provider.issuer}`;
  if (isInteractive(context)) {
    if (await ask({ label, signInHost, tokenHost, isBothElsewhere })) {
      return;
    }
    throw new AbortedError('stopped; nothing was sent', hint);
  }
  throw new ProtocolError(
    'protocol_invalid_metadata',
    isBothElsewhere
      ? `${signInHost} has you sign in at another host, ${tokenHost}, and would get its tokens`
      : `${label} signs in at ${signInHost}, but its metadata sends the code and the tokens to ${tokenHost}`,
    { hint },
  );
}
