import { STATUS_CODES } from 'node:http';
import { breakCommands, safeText } from '../ground/safe-text.ts';

const redirects = new Set([301, 302, 303, 307, 308]);
const LONGEST_LINE = 8_192;

/** The status line and the header fields (RFC 9112 §4, §5), without what could steer a terminal or a CI job. */
export function responseHead(response: Response): string {
  const lines = [`HTTP/1.1 ${response.status} ${STATUS_CODES[response.status] ?? ''}`.trimEnd()];
  for (const [name, value] of response.headers) {
    // One character for each byte, which nowadays are UTF-8.
    const text = safeText(Buffer.from(value, 'latin1').toString(), LONGEST_LINE);
    lines.push(`${safeText(name)}: ${breakCommands(text)}`);
  }
  return `${lines.join('\r\n')}\r\n\r\n`;
}

/** One line that says where a redirect leads; only the origin, since the rest may carry what was sent. */
export function redirectNote(response: Response, url: URL): string | undefined {
  if (!redirects.has(response.status)) {
    return undefined;
  }
  const location = response.headers.get('location') ?? '';
  const target = URL.canParse(location, url.href) ? new URL(location, url.href) : undefined;
  const where =
    target === undefined || target.origin === 'null' ? 'an unreadable address' : safeText(target.origin);
  return `oauth-login: note: status ${response.status}: the redirect to ${where} is not followed\n`;
}
