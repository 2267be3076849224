import type { Fault } from './description.ts';
import type { ProviderFile } from './provider-file.ts';

/**
 * Templates that are filled in later, with a request or a text, by the member of the file in which they may stand.
 */
const filledLater: Readonly<Record<string, readonly string[]>> = {
  revocation: ['client_id', 'sub', 'access_token'],
  api_headers: ['client_id'],
  profile: ['client_id'],
  token_request: ['client_id'],
  registration: ['redirect_uri'],
  device: ['redirect_uri'],
  oauth1: ['redirect_uri', 'client_id'],
  id_token_issuers: ['tenantid'],
};

/** Members in which a brace is part of a text, or of a claim that is made of paths. */
const notFilled: ReadonlySet<string> = new Set(['notes', 'reasons', 'doubts', 'sources', 'label']);

/** Gives the first template of a provider file that nothing fills, such as `{hots}`, or `{tenant}` without a tenant. */
export function unfilledTemplate(file: ProviderFile): Fault | undefined {
  const filledAlways = [
    ...(file.hosts === undefined ? [] : ['host']),
    ...(file.hosts?.api === undefined ? [] : ['api']),
    ...(file.tenant === undefined ? [] : ['tenant']),
  ];
  for (const [name, member] of Object.entries(file)) {
    if (notFilled.has(name)) {
      continue;
    }
    const known = [...filledAlways, ...(filledLater[name] ?? [])];
    const fault = firstUnfilled(member, [name], known);
    if (fault !== undefined) {
      return fault;
    }
  }
  return undefined;
}

function firstUnfilled(value: unknown, path: Fault['path'], known: readonly string[]): Fault | undefined {
  if (typeof value === 'string') {
    const open = [...value.matchAll(/\{([\w.-]*)\}/g)].find(([, name = '']) => !known.includes(name));
    if (open === undefined || hasOwnBraces(path, value)) {
      return undefined;
    }
    const choices = known.length === 0 ? 'no template' : known.map((name) => `{${name}}`).join(', ');
    return { path, what: `holds ${open[0]}, which is not known here; expected ${choices}` };
  }
  if (typeof value !== 'object' || value === null) {
    return undefined;
  }
  const members = Array.isArray(value) ? [...value.entries()] : Object.entries(value);
  for (const [key, member] of members) {
    const fault = firstUnfilled(member, [...path, key], known);
    if (fault !== undefined) {
      return fault;
    }
  }
  return undefined;
}

/** An address that is made of the profile, such as `https://x.com/{data.username}`, or a query in GraphQL's braces. */
function hasOwnBraces([first, second]: Fault['path'], value: string): boolean {
  return first === 'profile' && (second === 'json' || (second === 'map' && value.startsWith('https://')));
}
