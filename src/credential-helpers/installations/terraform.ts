import { join } from 'node:path';
import { foundProgram } from './found-program.ts';
import { homeFile } from './home-file.ts';
import type { Installation, InstallWish } from './installation.ts';
import { withBlock, withoutBlock } from './marked-block.ts';
import { plainWords } from './plain-words.ts';

const PROGRAM = 'terraform-credentials-oauth-login';
const BLOCK = 'oauth-login credential terraform';

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
    const helpers = helpersIn(text);
    if (helpers === undefined) {
      return undefined;
    }
    const isOwn = withoutBlock(text, BLOCK) !== text;
    return helpers === (isOwn ? 1 : 0) ? withBlock(text, { name: BLOCK, lines: blockOf(wish) }) : undefined;
  },

  remove: (text) => (helpersIn(text) === undefined ? undefined : withoutBlock(text, BLOCK)),

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
