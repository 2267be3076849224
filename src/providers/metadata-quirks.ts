import { presetOfHost } from './catalogue.ts';
import type { Quirk } from './quirk.ts';

/**
 * Gives what the catalogue knows of the metadata of an issuer that is given by its address: whether S256 works there
 * although it is not listed (RFC 8414 §2).
 */
export function metadataQuirks(issuer: string): readonly Quirk[] {
  const preset = URL.canParse(issuer) ? presetOfHost(new URL(issuer).host) : undefined;
  const isKnown = preset?.quirks.includes('s256-not-advertised') && isIssuerOf(preset.issuer, issuer);
  return isKnown ? ['s256-not-advertised'] : [];
}

/** Whether the issuer is the one of the template, for some tenant. */
function isIssuerOf(template: string, issuer: string): boolean {
  const [before = '', after] = template.split('{tenant}');
  if (after === undefined) {
    return issuer === before;
  }
  const tenant = issuer.slice(before.length, -after.length);
  return issuer === `${before}${tenant}${after}` && /^[A-Za-z0-9.-]+$/.test(tenant);
}
