import type { Context } from '../ground/context.ts';
import { defined } from '../ground/defined.ts';
import { httpOptions, signalled } from '../ground/http-options.ts';
import { foreignTokenOrigin } from '../providers/origins.ts';
import { s256Support } from '../providers/require-s256.ts';
import { resolveProvider } from '../providers/resolve.ts';
import type { LoginSettings } from '../settings/login-settings.ts';
import { scopeSetting } from '../settings/scope.ts';
import { requireReachable } from '../sign-in/find-provider.ts';
import type { TellSetupNote } from './setup-note.ts';

/** Settings whose target was looked at. */
export interface CheckedTarget extends LoginSettings {
  /** What the server takes signatures of clients by, where it says so (OpenID Connect Discovery §3). */
  readonly clientSigningAlgorithms?: readonly string[];
}

/**
 * Looks at the target before anything is asked or saved, so that a mistyped issuer or host shows now and not at the
 * first sign-in. Gives the settings with the issuer in the spelling of its metadata.
 */
export async function checkTarget(
  settings: LoginSettings,
  context: Context,
  note: TellSetupNote,
): Promise<CheckedTarget> {
  const http = await context.openHttp(httpOptions(settings, context));
  try {
    const fetch = signalled(http.fetch, context.signal);
    const { allowHttpLoopback, provider: asked } = settings;
    await requireReachable(settings, fetch);
    if (asked.discovery === 'none') {
      return settings;
    }
    const provider = await resolveProvider(asked, { fetch, allowHttpLoopback, withoutCode: true });
    if (s256Support(provider, provider.metadata) === 'not-offered') {
      note({ kind: 's256-not-listed', label: provider.label });
    }
    // The issuer was named exactly, so a token endpoint on another origin is part of what was asked for.
    const origin = settings.issuerNamed ? foreignTokenOrigin(provider) : undefined;
    if (origin !== undefined) {
      note({ kind: 'token-origin', label: provider.label, origin });
    }
    const { issuer } = provider;
    const scopes = scopeSetting(provider, settings.askedScopes);
    const kept = defined({
      token_endpoint_origin: origin,
      scopes: settings.namedScopes.length === 0 ? undefined : scopes,
    });
    const algorithms = provider.metadata.token_endpoint_auth_signing_alg_values_supported;
    return {
      ...settings,
      ...defined({ clientSigningAlgorithms: algorithms }),
      scopes,
      provider: { ...asked, issuer },
      configuration: { ...settings.configuration, issuer, ...kept },
    };
  } finally {
    await http.close();
  }
}
