import { join } from 'node:path';
import { foundProgram } from './found-program.ts';
import { homeFile } from './home-file.ts';
import type { Installation, InstallWish } from './installation.ts';
import { type OwnLines, withBlock, withoutBlock } from './marked-block.ts';
import { plainWords } from './plain-words.ts';

const PROGRAM = 'terraform-credentials-oauth-login';
const ownLines: OwnLines = {
  name: 'oauth-login credential terraform',
  own: [/^credentials_helper "oauth-login" \{(?:\}|\n {2}args = \[[^\n]*\]\n\})\n/m],
};

/** The helper for all hosts, in the CLI configuration, and a link where Terraform and OpenTofu look for it. */
export const terraformInstallation: Installation = {
  what: 'the CLI configuration of Terraform',

  file({ surroundings }) {
    const { TF_CLI_CONFIG_FILE, TERRAFORM_CONFIG, APPDATA } = surroundings.env;
    const usual =
      surroundings.platform === 'win32'
        ? APPDATA && join(APPDATA, 'terraform.rc')
        : homeFile(surroundings, '.terraformrc');
    return TF_CLI_CONFIG_FILE || TERRAFORM_CONFIG || usual;
  },

  snippet: blockOf,

  add(text, wish) {
    if (helpersIn(text) === undefined) {
      return undefined;
    }
    const isFree = helpersIn(withoutBlock(text, ownLines)) === 0;
    return isFree ? withBlock(text, { ...ownLines, lines: blockOf(wish) }) : undefined;
  },

  remove(text) {
    const rest = withoutBlock(text, ownLines);
    return helpersIn(text) === undefined || helpersIn(rest) === undefined ? undefined : rest;
  },

  link({ surroundings }) {
    const { APPDATA } = surroundings.env;
    const directory =
      surroundings.platform === 'win32'
        ? APPDATA && join(APPDATA, 'terraform.d')
        : homeFile(surroundings, '.terraform.d');
    return directory
      ? { path: join(directory, 'plugins', PROGRAM), to: foundProgram(PROGRAM, surroundings) }
      : undefined;
  },

  next: ({ surroundings }) =>
    foundProgram(PROGRAM, surroundings) === undefined
      ? `Terraform needs ${PROGRAM} in terraform.d/plugins, and it was not found in PATH: link it there.`
      : undefined,
};

function blockOf({ words }: InstallWish): string {
  if (words.length === 0) {
    return 'credentials_helper "oauth-login" {}\n';
  }
  plainWords(words);
  return `credentials_helper "oauth-login" {\n  args = [${words.map((word) => `"${word}"`).join(', ')}]\n}\n`;
}

/** How many helpers the file names; it may have one. `undefined` for a text whose blocks are not all closed. */
function helpersIn(text: string): number | undefined {
  const opaque = /"(?:[^"\\\n]|\\.)*"|#[^\n]*|\/\/[^\n]*|\/\*[\s\S]*?\*\//g;
  const rest = text.replaceAll(opaque, (found) => (found.startsWith('"') ? '""' : ''));
  let depth = 0;
  let isClosed = true;
  for (const [bracket] of rest.matchAll(/[{}]/g)) {
    depth += bracket === '{' ? 1 : -1;
    isClosed &&= depth >= 0;
  }
  const isKnown = isClosed && depth === 0 && !/<<|\/\*|"[^"]|^\s*\{/.test(rest.replaceAll('""', ''));
  return isKnown ? (rest.match(/(?:^|\n)\s*credentials_helper\b/g) ?? []).length : undefined;
}
