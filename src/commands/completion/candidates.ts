import { descriptionOf, descriptions } from '../descriptions.ts';
import {
  type CommandDescription,
  type Completes,
  conflictAmong,
  type Flag,
  namesOf,
  takesValue,
} from '../flag.ts';
import { rootFlags } from '../flags.ts';
import { topics } from '../help-topics.ts';

/** The words of a command that mean an account, unless its description says otherwise. */
const NAMES_ACCOUNT = /^[<[](?:target|account)[>\]]$/;

/** What may stand next on a command line, and what it means. */
export interface Candidate {
  readonly value: string;
  readonly description: string;
}

/** What is known on this machine; each is read when it is first asked for. */
export interface Offers {
  accounts(): readonly Candidate[];
  /** All known providers, or those alone that are asked for most and the user's own. */
  providers(which: 'all' | 'usual'): readonly Candidate[];
}

/** What may stand in place of the last word, which has been typed in part; the words are those after the program. */
export function candidates(words: readonly string[], offers: Offers): readonly Candidate[] {
  const typed = words.at(-1) ?? '';
  const before = words.slice(0, -1);
  return offered(before, typed, offers).filter(({ value }) => value.startsWith(typed) && value !== '');
}

function offered(before: readonly string[], typed: string, offers: Offers): readonly Candidate[] {
  // What follows is a command of the user.
  if (before.includes('--')) {
    return [];
  }
  const [first = ''] = before;
  if (first === 'help') {
    return before.length === 1 ? [...commandCandidates(), ...topicCandidates()] : [];
  }
  const description = descriptionOf(first) ?? descriptions.login;
  const rest = descriptionOf(first) === undefined ? before : before.slice(1);
  const isFirst = before.length === 0;
  const { awaiting, given, position } = readBefore(rest, description);
  const joined = /^(--[a-z][\w-]*)=/.exec(typed);
  if (joined !== null) {
    const flag = flagOf(joined[1] ?? '', description);
    return flag === undefined ? [] : valuesOf(flag, offers, typed.slice(joined[0].length), joined[0]);
  }
  if (awaiting !== undefined) {
    return valuesOf(awaiting, offers, typed);
  }
  if (typed.startsWith('-')) {
    return [...(isFirst ? rootFlags : []), ...openFlags(description, given)].flatMap(flagCandidates);
  }
  const last = description.arguments.at(-1);
  const argument = description.arguments[position] ?? (last?.usage.includes('...') ? last : undefined);
  const isAccount = NAMES_ACCOUNT.test(argument?.usage ?? '');
  const completes = argument?.completes ?? (isAccount ? { from: 'accounts' as const } : {});
  return [...(isFirst ? commandCandidates() : []), ...completed(completes, offers, typed)];
}

/** The flag that waits for its value, the flags that are given, and how many words are none. */
function readBefore(words: readonly string[], description: CommandDescription) {
  const given: Flag[] = [];
  let awaiting: Flag | undefined;
  let position = 0;
  for (const word of words) {
    const flag = awaiting === undefined ? flagOf(word.replace(/=.*/s, ''), description) : undefined;
    if (awaiting !== undefined) {
      awaiting = undefined;
    } else if (flag !== undefined) {
      given.push(flag);
      awaiting = takesValue(flag) && !word.includes('=') ? flag : undefined;
    } else if (!word.startsWith('-')) {
      position += 1;
    }
  }
  return { awaiting, given, position };
}

function flagOf(name: string, { flags }: CommandDescription): Flag | undefined {
  return flags.find((flag) => namesOf(flag).includes(name));
}

/** The flags that may still be given: none twice, and none that another one excludes. */
function openFlags(description: CommandDescription, given: readonly Flag[]): readonly Flag[] {
  return description.flags.filter((flag) => {
    const isAgain = given.some(({ usage }) => usage === flag.usage);
    const together = [...given, flag].map(({ usage }) => usage);
    const conflict = conflictAmong(description, ({ usage }) => together.includes(usage));
    return (flag.isRepeatable === true || !isAgain) && conflict === undefined;
  });
}

function flagCandidates(flag: Flag): readonly Candidate[] {
  const name = namesOf(flag).at(-1) ?? '';
  return [{ value: name, description: flag.description }];
}

function valuesOf(flag: Flag, offers: Offers, typed: string, start = ''): readonly Candidate[] {
  const choices = completed({ words: flag.choices ?? [] }, offers, typed);
  const others = flag.completes === undefined ? [] : completed(flag.completes, offers, typed);
  return [...choices, ...others].map((each) => ({ ...each, value: `${start}${each.value}` }));
}

function completed({ words = [], from }: Completes, offers: Offers, typed: string): readonly Candidate[] {
  const which = typed === '' ? 'usual' : 'all';
  return [
    ...words.map((value) => ({ value, description: '' })),
    ...(from === 'accounts' || from === 'targets' ? offers.accounts() : []),
    ...(from === 'providers' || from === 'targets' ? offers.providers(which) : []),
  ];
}

function commandCandidates(): readonly Candidate[] {
  const known = Object.values(descriptions).map(({ name, description }) => ({ value: name, description }));
  return [...known, { value: 'help', description: 'show the help of a command' }];
}

function topicCandidates(): readonly Candidate[] {
  return Object.entries(topics).map(([value, { summary }]) => ({ value, description: summary }));
}
