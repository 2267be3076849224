import { descriptions } from './descriptions.ts';
import { examples } from './examples.ts';
import type { CommandDescription, Flag } from './flag.ts';
import { version } from './flags.ts';
import { commandGroups } from './help-format.ts';
import { topics } from './help-topics.ts';
import { GRANT_HEADING, unattendedFlags } from './unattended-flags.ts';

/** A term, and what it means. */
export interface PageItem {
  readonly term: string;
  readonly text: string;
}

/** One command as the pages about all commands show it. */
export interface PageCommand {
  readonly name: string;
  readonly usage: string;
  readonly text: string;
  readonly arguments: readonly PageItem[];
  /** The options under their headings, without those of `--grant`. */
  readonly options: readonly { readonly heading: string; readonly items: readonly PageItem[] }[];
  readonly takesGrants: boolean;
  readonly notes: CommandDescription['notes'];
  readonly examples: readonly string[];
}

/** All that the man page and docs/commands.md say, from the descriptions that the help is made from. */
export interface CommandPages {
  readonly groups: readonly { readonly heading: string; readonly commands: readonly PageCommand[] }[];
  readonly rootOptions: readonly PageItem[];
  readonly grantOptions: readonly PageItem[];
  readonly exitCodes: readonly PageItem[];
}

const OPTIONS_HEADING = 'Options:';

/** Gives the contents of both pages. */
export function commandPages(): CommandPages {
  const groups = commandGroups.map(([heading, names]) => ({
    heading: heading.replace(/:$/, ''),
    commands: names.flatMap((name) => (name === 'help' ? [] : [pageCommand(name)])),
  }));
  return {
    groups,
    rootOptions: [
      itemOf(version),
      { term: '-h, --help', text: 'print the help of the program, or of a command' },
    ],
    grantOptions: unattendedFlags.map(itemOf),
    exitCodes: [...(topics['exit-codes']?.text ?? '').matchAll(/^ *(\d+) {2}(.*)$/gm)].map(
      ([, term = '', text = '']) => ({ term, text }),
    ),
  };
}

function pageCommand(name: keyof typeof descriptions): PageCommand {
  const command: CommandDescription = descriptions[name];
  const own = command.flags.filter((flag) => flag.group !== GRANT_HEADING);
  const headings = [...new Set(own.map(headingOf))];
  const words = command.usage ?? [...command.arguments.map(({ usage }) => usage), '[options]'].join(' ');
  return {
    name,
    usage: `oauth-login ${name} ${words}`,
    text: sentence(command.description),
    arguments: command.arguments.map(({ usage, description = '' }) => ({ term: usage, text: description })),
    options: headings.map((heading) => ({
      heading: heading.replace(/:$/, ''),
      items: own.filter((flag) => headingOf(flag) === heading).map(itemOf),
    })),
    takesGrants: command.flags.some((flag) => flag.group === GRANT_HEADING),
    notes: command.notes,
    examples: examples[name],
  };
}

function headingOf({ group }: Flag): string {
  return group ?? OPTIONS_HEADING;
}

function itemOf({ usage, description }: Flag): PageItem {
  return { term: usage, text: description };
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}${text.endsWith('.') ? '' : '.'}`;
}
