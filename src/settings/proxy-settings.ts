import { UsageError } from '../ground/errors.ts';
import { safeText } from '../ground/safe-text.ts';
import { portSetting } from './redirect-uri.ts';

/** The flags of `proxy` that say where it listens and leads to. */
export interface ProxyFlags {
  readonly port?: string;
  readonly origin?: readonly string[];
}

/** The port of a proxy; 0 is any free one. Throws a `UsageError` for anything but one port. */
export function proxyPort({ port = '0' }: ProxyFlags): number {
  const [only = 0, ...others] = portSetting(port);
  if (others.length > 0) {
    throw new UsageError('usage_invalid', 'a proxy listens on one port', { hint: 'for example --port 8765' });
  }
  return only;
}

/**
 * The origins that a proxy leads to: those of the account, or the ones of `--origin` among them.
 *
 * Throws a `UsageError` where there is none, and for one that the token is not sent to (T02).
 */
export function proxyOrigins(
  { origin: asked }: ProxyFlags,
  origins: readonly string[],
  label: string,
): readonly string[] {
  if (origins.length === 0) {
    throw new UsageError('usage_foreign_origin', `no API of ${label} is known`, {
      hint: 'name its origins with api_origins in config.json (see docs/configuration.md)',
    });
  }
  const chosen = asked?.map((text) => (URL.canParse(text) ? new URL(text).origin : text)) ?? origins;
  const foreign = chosen.find((origin) => !origins.includes(origin));
  if (foreign !== undefined) {
    throw new UsageError(
      'usage_foreign_origin',
      `the token of ${label} is not sent to ${safeText(foreign)}`,
      {
        hint: `it may go to: ${origins.join(', ')}`,
      },
    );
  }
  return [...new Set(chosen)];
}
