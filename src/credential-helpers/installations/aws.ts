import { UsageError } from '../../ground/errors.ts';
import { roleOf } from '../aws.ts';
import { homeFile } from './home-file.ts';
import type { Installation, InstallWish } from './installation.ts';
import { type OwnLines, withBlock, withoutBlock } from './marked-block.ts';
import { plainWords } from './plain-words.ts';

/** A profile of AWS whose credentials come from this helper. */
export const awsInstallation: Installation = {
  what: 'the configuration of AWS',

  file({ surroundings }) {
    return surroundings.env.AWS_CONFIG_FILE || homeFile(surroundings, '.aws', 'config');
  },

  snippet: (wish) => `${headerOf(wish)}\n${processLine(wish)}\n`,

  add(text, wish) {
    const sections = sectionsOf(text, wish);
    const [section] = sections ?? [];
    if (sections === undefined || section === undefined) {
      return (
        sections && withBlock(text, { ...ownLines(wish), lines: `${headerOf(wish)}\n${processLine(wish)}\n` })
      );
    }
    const { lines, head, body } = section;
    const own = body.find((line) => /^\s*credential_process\s*=/i.test(line));
    if (own !== undefined) {
      return own === processLine(wish) ? text : undefined;
    }
    // A line that is indented belongs to the line before it.
    return /^[ \t]/.test(body.find(isKey) ?? '')
      ? undefined
      : lines.toSpliced(head + 1, 0, processLine(wish)).join('\n');
  },

  remove(text, wish) {
    const sections = sectionsOf(text, wish);
    const rest = withoutBlock(text, ownLines(wish));
    const [section] = sections ?? [];
    if (sections === undefined || rest !== text || section === undefined) {
      return sections && rest;
    }
    const { lines, head, body } = section;
    const index = body.findIndex((line) => line.startsWith(`${processStart(wish)} `));
    return index === -1 ? text : lines.toSpliced(head + 1 + index, 1).join('\n');
  },

  next: (wish) =>
    profileOf(wish) === 'default'
      ? 'The tools and SDKs of AWS now use it.'
      : `Use it with AWS_PROFILE=${profileOf(wish)}, or with --profile ${profileOf(wish)}.`,
};

/** `aws configure set` writes its own keys of the section behind the last comment. */
const ownLines = (wish: InstallWish): OwnLines => ({
  name: `oauth-login credential aws ${profileOf(wish)}`,
  header: headerOf(wish),
  own: [/^credential_process = oauth-login credential aws\b[^\n]*\n/m],
});

/** Throws a `UsageError` for a name that no section can have. */
function profileOf({ options, words: [target = 'oauth-login'] }: InstallWish): string {
  const profile = options.profile ?? target;
  if (!/^[\w.@:-]+$/.test(profile)) {
    throw new UsageError('usage_invalid', 'a name for the profile of AWS is needed', {
      hint: 'add --profile, for example --profile work',
    });
  }
  return profile;
}

function headerOf(wish: InstallWish): string {
  const profile = profileOf(wish);
  return profile === 'default' ? '[default]' : `[profile ${profile}]`;
}

function processLine(wish: InstallWish): string {
  const { options, surroundings } = wish;
  const { roleArn, region } = roleOf(options, surroundings.env);
  const session = options.sessionName === undefined ? [] : ['--session-name', options.sessionName];
  const flags = ['--role-arn', roleArn, ...(region === '' ? [] : ['--region', region]), ...session];
  return `${processStart(wish)} ${plainWords(flags)}`;
}

function processStart({ words }: InstallWish): string {
  return `credential_process = ${plainWords(['oauth-login', 'credential', 'aws', ...words])}`;
}

/**
 * The section of the profile, if there is one: all lines, which of them is its header, and those behind it up to the next
 * header. `undefined` for a text that is not understood, with several such sections, or with one that only some of AWS's
 * programs take for the profile.
 */
function sectionsOf(text: string, wish: InstallWish) {
  const lines = text.split('\n');
  const profile = profileOf(wish);
  const headers = lines.flatMap((line, head) => {
    const name = /^\[([^[\]]+)\]/.exec(line)?.[1];
    return name !== undefined && profileNamed(name.trim()) === profile ? [{ head, name }] : [];
  });
  // The AWS CLI leaves out a section whose name begins with a space, which its SDKs read.
  const isClear = headers.length <= 1 && headers.every(({ name }) => !/^\s/.test(name));
  if (!isClear || !lines.every(isUnderstood)) {
    return undefined;
  }
  return headers.map(({ head }) => {
    const more = lines.slice(head + 1);
    const end = more.findIndex((line) => line.startsWith('['));
    return { lines, head, body: end === -1 ? more : more.slice(0, end) };
  });
}

/**
 * The profile that a section is of. The AWS CLI reads the names as the words of a shell, and `[profile default]` as well as
 * `[default]`.
 *
 * @see [Configuration file settings](https://docs.aws.amazon.com/cli/latest/userguide/cli-configure-files.html)
 */
function profileNamed(name: string): string | undefined {
  if (name === 'default') {
    return name;
  }
  const [, quoted] = /^profile\s+(\S+|"[^"]*"|'[^']*')$/.exec(name) ?? [];
  return quoted?.replaceAll(/["'\\]/g, '');
}

const isKey = (line: string) => !/^\s*(?:$|[#;])/.test(line);

/** A comment, a section, a key with a value, or a key below a key. */
const isUnderstood = (line: string) =>
  /^(?:\s*$|\s*[#;]|\[[^[\]]+\]\s*(?:[#;][^\]]*)?$|\s*[\w.-]+\s*=)/.test(line);
