import type { Command } from 'commander';
import { wrappedText } from '../output/wrapped-text.ts';
import { grantFlagsText } from './help-format.ts';
import { topics } from './help-topics.ts';

/** The page of the topic that `help` was asked for; `undefined` for any other command line. */
export function topicText(
  [command, name = '', ...rest]: readonly string[],
  program: Command,
): string | undefined {
  const topic = Object.hasOwn(topics, name) ? topics[name] : undefined;
  if (command !== 'help' || topic === undefined || rest.length > 0) {
    return undefined;
  }
  const columns = program.configureOutput().getOutHelpWidth?.() ?? 80;
  const isCommand = (line: string) => line.startsWith(' ');
  const text = topic.text
    .split('\n')
    .map((line) => (isCommand(line) ? line : wrappedText(line, columns)))
    .join('\n');
  const withGrants = program.commands.find((each) => each.name() === 'exec');
  if (!topic.showsGrantFlags || withGrants === undefined) {
    return text;
  }
  const helper = withGrants.createHelp();
  helper.prepareContext({ helpWidth: columns });
  return `${text}${grantFlagsText(withGrants, helper)}`;
}
