import type { KeptToken } from '../accounts/unattended-tokens.ts';
import { durationText } from '../ground/duration.ts';
import { breakCommands, safeText } from '../ground/safe-text.ts';
import { scopesText, storeText } from './text.ts';

/** One block of `status` for a token of `--grant` that is kept until it expires. */
export function keptTokenText(token: KeptToken, now: Date): string {
  const seconds = Math.floor((Date.parse(token.expiresAt) - now.getTime()) / 1000);
  const client = token.clientId === undefined ? '' : ` as ${safeText(token.clientId, 400)}`;
  return [
    `${breakCommands(safeText(token.label))}: a token of --grant ${safeText(token.grant)}${client}`,
    `  provider:  ${safeText(token.provider)} (${safeText(token.issuer, 400)})`,
    `  scopes:    ${scopesText(token.scopes)}`,
    `  valid:     for ${durationText(seconds)}, then requested again`,
    `  stored:    ${storeText(token.store)}`,
    '',
  ].join('\n');
}
