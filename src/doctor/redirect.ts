import type { AccountHead } from '../accounts/account.ts';
import { findPreset } from '../providers/catalogue.ts';
import type { LoginSettings } from '../settings/login-settings.ts';
import { type LoopbackRedirect, readRedirectUri, registeredRedirectUri } from '../settings/redirect-uri.ts';
import { type Finding, fine, warning } from './finding.ts';

/**
 * Whether the redirect URI of a sign-in is one that the provider takes, as far as that can be known: by the provider's
 * rule, and by the one of the last sign-in, which was registered.
 *
 * @see [RFC 8252 §7.3](https://www.rfc-editor.org/rfc/rfc8252.html#section-7.3)
 */
export function redirectFindings(
  settings: LoginSettings,
  before: Pick<AccountHead, 'redirectUri' | 'clientId'> | undefined,
): readonly Finding[] {
  const { provider, redirect, clientId } = settings;
  const uri = registeredRedirectUri(redirect);
  if ('elsewhere' in redirect) {
    return [fine('redirect', `${uri} is not on this machine, so you paste what it shows`)];
  }
  const broken = brokenRule(settings, redirect);
  if (broken !== undefined) {
    const hint = `register ${uri} at the provider exactly as it stands here, or leave out the redirect URI and the port`;
    return [warning('redirect', { message: broken, hint })];
  }
  const last = before?.redirectUri;
  const isSameClient = clientId === undefined || clientId === before?.clientId;
  if (last !== undefined && isSameClient && !isSame(redirect, last)) {
    return [
      warning('redirect', {
        message: `the next sign-in uses ${uri}, and the last one used ${last}`,
        hint: `check that ${uri} is registered at ${provider.label}; the one that worked: --redirect-uri ${last}`,
      }),
    ];
  }
  const rule = redirect.ports[0] === 0 ? ', with any port' : '';
  return [fine('redirect', `${uri}${rule} has to be registered at ${provider.label}`)];
}

/** What the provider's file says against that redirect URI; a server without a file has no rule that is known. */
function brokenRule(
  { provider, preset }: LoginSettings,
  { host, ports }: LoopbackRedirect,
): string | undefined {
  const rule = findPreset(preset ?? provider.name)?.redirect;
  if (rule === undefined) {
    return undefined;
  }
  if (host !== rule.host) {
    return `${provider.label} takes redirect URIs with the host ${rule.host}, and this one has ${host}`;
  }
  const other = ports.find((port) => rule.port !== 'any' && port !== rule.port);
  if (other === undefined) {
    return undefined;
  }
  const used = other === 0 ? 'any port' : `port ${other}`;
  return `${provider.label} compares the port of the redirect URI: ${rule.port} is expected, and this one has ${used}`;
}

function isSame(redirect: LoopbackRedirect, last: string): boolean {
  const used = readRedirectUri(last);
  if (used === undefined || 'elsewhere' in used) {
    return false;
  }
  const isPort = redirect.ports.includes(0) || redirect.ports.includes(used.ports[0] ?? 0);
  return used.host === redirect.host && used.path === redirect.path && isPort;
}
