import { UsageError } from '../../ground/errors.ts';
import { roleOf } from '../aws.ts';
import { homeFile } from './home-file.ts';
import type { Installation, InstallWish } from './installation.ts';
import { withBlock, withoutBlock } from './marked-block.ts';
import { plainWords } from './plain-words.ts';

/** A profile of AWS whose credentials come from this helper. */
export const awsInstallation: Installation = {
  what: 'the configuration of AWS',

  file({ surroundings }) {
    return surroundings.env.AWS_CONFIG_FILE || homeFile(surroundings, '.aws', 'config');
  },

  snippet: (wish) => `${headerOf(wish)}\n${processLine(wish)}\n`,

  add(text, wish) {
    const section = isUnderstood(text) ? sectionOf(text, wish) : undefined;
    if (section === undefined) {
      return isUnderstood(text)
        ? withBlock(text, { name: blockOf(wish), lines: `${headerOf(wish)}\n${processLine(wish)}\n` })
        : undefined;
    }
    const own = section.lines.find((line) => /^credential_process\s*=/.test(line));
    if (own !== undefined) {
      return own === processLine(wish) ? text : undefined;
    }
    return `${text.slice(0, section.start)}${processLine(wish)}\n${text.slice(section.start)}`;
  },

  remove(text, wish) {
    if (!isUnderstood(text)) {
      return undefined;
    }
    const rest = withoutBlock(text, blockOf(wish));
    const section = sectionOf(rest, wish);
    const [, process] = /^(credential_process[^\n]*\n?)/m.exec(section?.lines.join('\n') ?? '') ?? [];
    if (rest !== text || section === undefined || !process?.startsWith(`${processStart(wish)} `)) {
      return rest;
    }
    const place = rest.indexOf(process, section.start);
    return `${rest.slice(0, place)}${rest.slice(place + process.length)}`;
  },

  next: (wish) =>
    profileOf(wish) === 'default'
      ? 'The tools and SDKs of AWS now use it.'
      : `Use it with AWS_PROFILE=${profileOf(wish)}, or with --profile ${profileOf(wish)}.`,
};

const blockOf = (wish: InstallWish) => `oauth-login credential aws ${profileOf(wish)}`;

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

/** Where the lines of the profile's section begin, and the lines. */
function sectionOf(text: string, wish: InstallWish) {
  const lines = text.split('\n');
  const header = headerOf(wish);
  const index = lines.findIndex(
    (line) =>
      line
        .replaceAll(/\s+/g, ' ')
        .replace(/ ?[#;].*$/, '')
        .trim() === header,
  );
  if (index === -1 || index === lines.length - 1) {
    return undefined;
  }
  const more = lines.slice(index + 1);
  const end = more.findIndex((line) => line.startsWith('['));
  const start = lines.slice(0, index + 1).join('\n').length + 1;
  return { start, lines: end === -1 ? more : more.slice(0, end) };
}

/** Comments, sections, keys with a value, and keys below a key. */
function isUnderstood(text: string): boolean {
  return text
    .split('\n')
    .every((line) => /^(?:\s*$|\s*[#;]|\[[^[\]]+\]\s*(?:[#;].*)?$|\s*[\w.-]+\s*=)/.test(line));
}
