import { UsageError } from '../../ground/errors.ts';
import { homeFile } from './home-file.ts';
import type { Installation, InstallWish } from './installation.ts';
import { blockNames, type OwnLines, withBlock, withoutBlock } from './marked-block.ts';

/** Lines of the user's `.bazelrc`, one for each host. */
export const bazelInstallation: Installation = {
  what: 'the configuration of Bazel',

  file: ({ surroundings }) => homeFile(surroundings, '.bazelrc'),

  snippet: (wish) => hostsOf(wish).map(lineOf).join(''),

  add: (text, wish) =>
    isUnderstood(text)
      ? hostsOf(wish).reduce(
          (before, host) => withBlock(before, { ...ownLines(host), lines: lineOf(host) }),
          text,
        )
      : undefined,

  remove(text, wish) {
    const hosts = wish.origins === undefined ? blockNames(text, nameOf('')) : hostsOf(wish);
    return isUnderstood(text)
      ? hosts.reduce((before, host) => withoutBlock(before, ownLines(host)), text)
      : undefined;
  },
};

const nameOf = (host: string) => `oauth-login credential bazel ${host}`;

const lineOf = (host: string) => `common --credential_helper=${host}=bazel-credential-oauth-login\n`;

const ownLines = (host: string): OwnLines => ({ name: nameOf(host), own: [lineOf(host)] });

/** Bazel compares names of hosts, without a port, and hands no words on. Throws a `UsageError` for words. */
function hostsOf({ origins = [], words }: InstallWish): readonly string[] {
  if (words.includes('--account')) {
    throw new UsageError('usage_invalid', 'Bazel does not say which of several accounts is meant', {
      hint: 'choose the default account of the provider instead: oauth-login switch',
    });
  }
  return [...new Set(origins.map((origin) => new URL(origin).hostname))];
}

/** A last line that goes on would take in the first one that is added. */
const isUnderstood = (text: string) => !text.includes('\0') && !/\\\s*$/.test(text);
