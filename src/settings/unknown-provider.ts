import { UsageError } from '../ground/errors.ts';
import { nearestNames } from '../ground/nearest-names.ts';
import { presetOfHost } from '../providers/catalogue.ts';

/** There is no provider of that name. */
export class UnknownProviderError extends UsageError {
  /** The names of the providers that may be meant. */
  readonly nearest: readonly string[];
  constructor(message: string, options: { readonly hint: string; readonly nearest: readonly string[] }) {
    super('usage_unknown_provider', message, options);
    this.nearest = options.nearest;
  }
}

/** There is no provider of that name: what may be meant, in words that fit every command. */
export function unknownProvider(target: string, names: readonly string[]): UnknownProviderError {
  const preset = presetOfHost(target);
  const nearest = preset === undefined ? nearestNames(target, names) : [preset.name];
  const suggestion = nearest.length === 0 ? '' : `; did you mean ${nearest.join(' or ')}?`;
  const looksLikeHost = /^[a-z0-9-]+(\.[a-z0-9-]+)+(:\d{1,5})?$/i.test(target);
  const loopback = /^(?:localhost|127\.0\.0\.1|\[::1\])(?::\d{1,5})?$/i.test(target);
  return new UnknownProviderError(`there is no provider ${JSON.stringify(target)}${suggestion}`, {
    nearest,
    hint: loopback
      ? `write its address, and allow http: http://${target} --allow-http-loopback`
      : preset === undefined && looksLikeHost
        ? `write its address, https://${target}, or its kind with the host: gitlab --host ${target}`
        : 'list them with oauth-login providers, or define your own with oauth-login setup NAME --issuer URL',
  });
}
