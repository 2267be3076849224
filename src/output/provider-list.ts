import { groups } from '../providers/provider-groups.ts';
import { wrappedText } from './wrapped-text.ts';

/** What the list says of a provider. */
export interface ProviderRow {
  readonly name: string;
  readonly label: string;
  readonly issuer: string;
  /** What it is listed under; none of a provider that the user defined. */
  readonly group?: string;
  readonly aliases: readonly string[];
  /** What can be done there, in words of one or two. */
  readonly abilities: readonly string[];
  readonly isPreset: boolean;
  readonly hasClient: boolean;
}

/** Which providers are asked for. */
export interface ProviderFilter {
  /** Each word stands in the name, an alias, the label, the group, an ability or the address. */
  readonly search?: string;
  /** The device grant (RFC 8628) works there. */
  readonly device?: boolean;
  /** `false`: nothing has to be registered there by a person. */
  readonly registration?: boolean;
}

/** Gives the rows that the filter lets through. */
export function filteredRows(
  rows: readonly ProviderRow[],
  { search = '', device = false, registration = true }: ProviderFilter,
): ProviderRow[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  return rows.filter((row) => {
    const known = [row.name, row.label, row.issuer, row.group ?? '', ...row.aliases, ...row.abilities];
    const isFound = words.every((word) => known.some((text) => text.toLowerCase().includes(word)));
    const fits = (isWanted: boolean, ability: string) => !isWanted || row.abilities.includes(ability);
    return isFound && fits(device, 'device') && fits(!registration, 'nothing to register');
  });
}

/** The list that `providers` answers; `columns` is the width of a terminal, absent where the output is a pipe. */
export function providerListText(rows: readonly ProviderRow[], columns?: number): string {
  return columns === undefined ? lines(rows) : grouped(rows, columns);
}

/** A line for each, which other programs can cut into parts. */
function lines(rows: readonly ProviderRow[]): string {
  const width = Math.max(0, ...rows.map(({ name }) => name.length));
  return rows.map((row) => `${row.name.padEnd(width)}  ${row.label}${notesText(row)}\n`).join('');
}

function notesText({ isPreset, hasClient }: ProviderRow): string {
  const notes = [...(isPreset ? [] : ['your own']), ...(hasClient ? ['client ID set'] : [])].join(', ');
  return notes === '' ? '' : ` (${notes})`;
}

function grouped(rows: readonly ProviderRow[], columns: number): string {
  const isYours = ({ isPreset, hasClient }: ProviderRow) => !isPreset || hasClient;
  const yours = rows.filter(isYours);
  const others = rows.filter((row) => !isYours(row));
  const titles = groups.filter((name) => others.some(({ group }) => group === name));
  const parts = [
    ...(yours.length === 0 ? [] : [`Yours\n${lines(yours).replaceAll(/^/gm, '  ').trimEnd()}`]),
    ...titles.map((title) => {
      const members = others.filter(({ group }) => group === title);
      return `${titleOf(title)}\n${grid(members.map(entryOf), columns)}`;
    }),
    wrappedText(
      'oauth-login NAME signs in. oauth-login providers NAME shows what one of them needs.',
      columns,
    ),
    wrappedText('Any other OpenID provider: oauth-login https://issuer.example --client-id ID', columns),
  ];
  return `${parts.join('\n\n')}\n`;
}

function titleOf(group: string): string {
  return `${group.charAt(0).toUpperCase()}${group.slice(1)}`;
}

/** Longest entry; one with a longer label shows its name alone, so that the columns stay narrow. */
const LONGEST_ENTRY = 30;

/** The name that is typed; the label only where it says more. */
function entryOf({ name, label }: ProviderRow): string {
  const plain = (text: string) => text.toLowerCase().replaceAll(/[^a-z0-9]/g, '');
  const full = `${name} (${label})`;
  return plain(name) === plain(label) || full.length > LONGEST_ENTRY ? name : full;
}

/** The entries in columns of one width, read from top to bottom. */
function grid(entries: readonly string[], columns: number): string {
  const width = Math.max(...entries.map((entry) => entry.length)) + 2;
  const across = Math.max(1, Math.floor((columns - 2) / width));
  const height = Math.ceil(entries.length / across);
  return Array.from({ length: height }, (_, row) => {
    const line = entries.filter((_entry, index) => index % height === row);
    return `  ${line.map((entry) => entry.padEnd(width)).join('')}`.trimEnd();
  }).join('\n');
}
