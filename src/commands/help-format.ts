import type { Command, Help, Option } from 'commander';
import { type CommandName, descriptionOf } from './descriptions.ts';
import { examples, firstExamples } from './examples.ts';
import { namesOf } from './flag.ts';
import { allowDebug, help } from './flags.ts';
import { topics } from './help-topics.ts';
import { GRANT_HEADING } from './unattended-flags.ts';

/** The commands of the help, under what a person wants to do. */
export const commandGroups: readonly (readonly [string, readonly (CommandName | 'help')[]])[] = [
  ['Sign in:', ['login', 'setup', 'providers']],
  ['Use the token:', ['token', 'exec', 'keep', 'request', 'credential', 'proxy']],
  ['Accounts:', ['status', 'whoami', 'use', 'switch', 'logout', 'export', 'import', 'forget']],
  ['Help:', ['doctor', 'completion', 'demo', 'help']],
];

const OPTIONS_HEADING = 'Options:';
/** A text in fewer columns than this stands below its term, and not beside it. */
const NARROWEST_TEXT = 24;
/** These stand at the end of the last group, since nobody looks for them first. */
const lastFlags: readonly string[] = [help, allowDebug].flatMap((flag) => namesOf(flag).slice(-1));

const MORE = 'oauth-login COMMAND --help shows what a command takes. Further topics:';
const GRANT_NOTE = 'For a token without a person, in CI and scripts (--grant):';
const GRANT_COMMAND = '  oauth-login help grants';

/** A term, and what it means. */
type Item = readonly [term: string, text: string];

/** The help of the program or of one command: what people look for first comes first, in groups. */
export function formatHelp(command: Command, helper: Help): string {
  const description = descriptionOf(command.name());
  const body = description === undefined ? rootBody(command, helper) : commandBody(command, helper);
  const text = helper.commandDescription(command);
  return [
    `${helper.styleTitle('Usage:')} ${helper.styleUsage(helper.commandUsage(command))}`,
    '',
    ...(text === '' ? [] : [wrapped(sentence(text), helper), '']),
    ...body,
  ].join('\n');
}

/** The flags of `--grant`, which all commands that use a token share. */
export function grantFlagsText(command: Command, helper: Help): string {
  const options = command.options.filter((option) => option.helpGroupHeading === GRANT_HEADING);
  return section(GRANT_HEADING, itemsOf(options, helper), helper).join('\n');
}

function rootBody(program: Command, helper: Help): string[] {
  const known = helper.visibleCommands(program);
  const textOf = (name: string) => known.find((each) => each.name() === name)?.description() ?? '';
  const groups = commandGroups.map(([title, names]): [string, Item[]] => [
    title,
    names.map((name) => [name, textOf(name)]),
  ]);
  return [
    ...sections(groups, helper),
    ...optionSections(program, helper),
    ...section('Examples:', firstExamples, helper),
    wrapped(MORE, helper),
    ...section(
      '',
      Object.entries(topics).map(([name, { summary }]) => [`oauth-login help ${name}`, summary]),
      helper,
    ),
  ];
}

function commandBody(command: Command, helper: Help): string[] {
  const args = helper
    .visibleArguments(command)
    .map((argument): Item => [helper.argumentTerm(argument), helper.argumentDescription(argument)]);
  const lines = examples[command.name() as CommandName].map((line): Item => [line, '']);
  const notes = descriptionOf(command.name())?.notes;
  const takesGrants = command.options.some((option) => option.helpGroupHeading === GRANT_HEADING);
  return [
    ...section('Arguments:', args, helper),
    ...optionSections(command, helper),
    ...(notes === undefined
      ? []
      : [
          wrapped(notes.heading, helper),
          ...section(
            '',
            notes.lines.map((line): Item => [line, '']),
            helper,
          ),
        ]),
    ...section('Examples:', lines, helper),
    ...(takesGrants ? [wrapped(GRANT_NOTE, helper), GRANT_COMMAND, ''] : []),
  ];
}

function optionSections(command: Command, helper: Help): string[] {
  const shown = helper.visibleOptions(command).filter((option) => option.helpGroupHeading !== GRANT_HEADING);
  const isLast = ({ long }: Option) => lastFlags.includes(long ?? '');
  const others = shown.filter((option) => !isLast(option));
  const last = lastFlags.flatMap((name) => shown.filter(({ long }) => long === name));
  const titles = [...new Set(others.map(headingOf))];
  const members = (title: string, index: number) => [
    ...others.filter((option) => headingOf(option) === title),
    ...(index === titles.length - 1 ? last : []),
  ];
  const groups = titles.map((title, index): [string, Item[]] => [
    title,
    itemsOf(members(title, index), helper),
  ]);
  return sections(groups, helper);
}

function itemsOf(options: readonly Option[], helper: Help): Item[] {
  return options.map((option) => [helper.optionTerm(option), helper.optionDescription(option)]);
}

function headingOf(option: Option): string {
  return option.helpGroupHeading ?? OPTIONS_HEADING;
}

/** Sections whose texts begin in one column. */
function sections(groups: readonly (readonly [string, readonly Item[]])[], helper: Help): string[] {
  const width = longestTerm(groups.flatMap(([, items]) => items));
  return groups.flatMap(([title, items]) => section(title, items, helper, width));
}

function section(title: string, items: readonly Item[], helper: Help, width = longestTerm(items)): string[] {
  if (items.length === 0) {
    return [];
  }
  const heading = title === '' ? [] : [helper.styleTitle(title)];
  return [...heading, ...items.map((item) => itemText(item, width, helper)), ''];
}

function itemText([term, text]: Item, width: number, helper: Help): string {
  if (text === '') {
    return `  ${term}`;
  }
  const columns = helper.helpWidth ?? 80;
  const isNarrow = columns - width - 4 < NARROWEST_TEXT;
  const indent = ' '.repeat(isNarrow ? 6 : width + 4);
  const [first = '', ...rest] = helper.boxWrap(text, columns - indent.length).split('\n');
  const start = isNarrow ? `  ${term}\n${indent}` : `  ${term.padEnd(width + 2)}`;
  return [`${start}${first}`, ...rest.map((line) => `${indent}${line}`)].join('\n');
}

function longestTerm(items: readonly Item[]): number {
  return Math.max(0, ...items.map(([term]) => term.length));
}

function wrapped(text: string, helper: Help): string {
  return helper.boxWrap(text, helper.helpWidth ?? 80);
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}${text.endsWith('.') ? '' : '.'}`;
}
