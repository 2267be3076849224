import { join } from 'node:path';
import type { Paths } from '../ground/context.ts';
import { ConfigurationError } from '../ground/errors.ts';
import { shellQuoted } from '../ground/file-system-words.ts';
import { safeText } from '../ground/safe-text.ts';
import { issuerOfAddress } from '../providers/issuer-spelling.ts';
import type { ClientAuthentication, Endpoints } from '../providers/provider.ts';
import type { SharedMembers } from '../providers/provider-file.ts';
import type { StoreKind } from '../secrets/store-kind.ts';
import { isJsonObject, type Problem, readMembers } from './configuration-members.ts';
import { FORBIDDEN_NAMES, PROVIDER_NAME, PROVIDER_SHAPE, TOP_SHAPE } from './configuration-shape.ts';
import { readConfigurationSource } from './configuration-source.ts';

/** What the user set for one provider; keys as they stand in the file. */
export interface ProviderConfiguration extends SharedMembers {
  /** The catalogue's row this one is built on; the provider's own name when absent. */
  readonly preset?: string;
  readonly label?: string;
  readonly issuer?: string;
  readonly host?: string;
  readonly tenant?: string;
  readonly client_id?: string;
  readonly client_authentication?: ClientAuthentication;
  /** The server supports this method of PKCE although its metadata does not list it (RFC 7636 §4.3). */
  readonly code_challenge_method?: 'S256';
  /** The tokens are bearer tokens, although the token response names no type or another word (RFC 6749 §7.1). */
  readonly token_type?: 'bearer';
  /** The server is known to leave the nonce out of its ID Tokens. */
  readonly id_token_nonce?: 'optional';
  /** Audiences that an ID Token may name besides the client. */
  readonly trusted_audiences?: readonly string[];
  readonly redirect_uri?: string;
  readonly scopes?: readonly string[];
  readonly parameters?: Readonly<Record<string, string>>;
  /** `userinfo_endpoint: null`: nobody is asked for the profile. */
  readonly endpoints?: Partial<Omit<Endpoints, 'userinfo_endpoint'>> & {
    readonly userinfo_endpoint?: string | null;
  };
  /** Further origins that the access token may be sent to. */
  readonly api_origins?: readonly string[];
  /** The origin of a token endpoint that is not the authorization endpoint's, as the user confirmed it. */
  readonly token_endpoint_origin?: string;
}

/** `config.json` in the user's own configuration directory: no secrets, and no program to run. */
export interface Configuration {
  readonly store?: StoreKind;
  readonly default_account?: string;
  readonly providers: ReadonlyMap<string, ProviderConfiguration>;
}

export { PROVIDER_NAME } from './configuration-shape.ts';

/** The file's place. */
export function configurationFile(paths: Paths): string {
  return join(paths.configDir, 'config.json');
}

/** Where there is no home directory there is no file, and what needs none goes on. */
function placeOfFile(paths: Paths): string | undefined {
  try {
    return configurationFile(paths);
  } catch (error) {
    if (error instanceof ConfigurationError && error.code === 'config_no_home') return undefined;
    throw error;
  }
}

/**
 * Reads the configuration; an absent file is an empty one, and so is one that has no place because there is no home.
 *
 * Throws a `ConfigurationError` that names file, line, key and what was expected.
 */
export async function readConfiguration(paths: Paths): Promise<Configuration> {
  const file = placeOfFile(paths);
  const source = file === undefined ? undefined : readConfigurationSource(file);
  if (file === undefined || source === undefined) return { providers: new Map() };
  const problem: Problem = (path, what, hint) => invalidFile(file, source, path, what, hint);
  let document: unknown;
  try {
    document = JSON.parse(source);
  } catch {
    throw await problem([], 'is not JSON');
  }
  if (!isJsonObject(document)) throw await problem([], 'must hold one JSON object');
  const top: Record<string, unknown> = {};
  const providers = new Map<string, ProviderConfiguration>();
  for (const [key, value] of Object.entries(document)) {
    if (key === 'providers') {
      if (!isJsonObject(value)) throw await problem([key], 'expected an object of providers');
      for (const [name, entry] of Object.entries(value)) {
        if (!PROVIDER_NAME.test(name) || FORBIDDEN_NAMES.has(name)) {
          throw await problem([key, name], 'expected a name of small letters, digits, ".", "_" and "-"');
        }
        if (!isJsonObject(entry)) throw await problem([key, name], 'expected an object');
        // Checked member by member against the shapes above.
        const checked = await readMembers(entry, PROVIDER_SHAPE, [key, name], problem);
        providers.set(name, withIssuer(checked as ProviderConfiguration));
      }
    } else {
      Object.assign(top, await readMembers({ [key]: value }, TOP_SHAPE, [], problem));
    }
  }
  return { ...top, providers };
}

/** The address of a metadata document stands for its issuer. */
function withIssuer(entry: ProviderConfiguration): ProviderConfiguration {
  return entry.issuer === undefined ? entry : { ...entry, issuer: issuerOfAddress(entry.issuer) };
}

/** What keeps a file from being JSON, by the parser's name for it. */
const PARSE_FAULTS: Readonly<Record<string, string>> = {
  InvalidSymbol: 'a value is none of JSON (a text stands in double quotes)',
  PropertyNameExpected: 'a name in double quotes is missing (no comma stands before a closing brace)',
  ValueExpected: 'a value is missing (no comma stands before a closing bracket)',
  ColonExpected: 'a colon is missing before the value',
  CommaExpected: 'a comma is missing between two members',
  CloseBraceExpected: 'a closing brace is missing',
  CloseBracketExpected: 'a closing bracket is missing',
  EndOfFileExpected: 'something stands behind the end',
  InvalidCommentToken: 'comments are not allowed',
  UnexpectedEndOfComment: 'comments are not allowed',
  UnexpectedEndOfString: 'a closing double quote is missing',
  InvalidNumberFormat: 'a number is not written as JSON has it',
  InvalidEscapeCharacter: 'a backslash is followed by what JSON does not know',
  InvalidUnicode: 'a backslash with u is not followed by four hexadecimal digits',
  InvalidCharacter: 'a text holds a control character',
};

async function invalidFile(
  file: string,
  source: string,
  path: readonly string[],
  what: string,
  advice?: string,
): Promise<ConfigurationError> {
  const { findNodeAtLocation, parseTree, printParseErrorCode } = await import('jsonc-parser');
  const errors: import('jsonc-parser').ParseError[] = [];
  let tree: import('jsonc-parser').Node | undefined;
  try {
    tree = parseTree(source, errors, { disallowComments: true, allowTrailingComma: false });
  } catch {
    // The parser calls itself for each level, so it ends where a document nests thousands of them.
    return new ConfigurationError('config_invalid_file', `${file} nests deeper than any configuration does`, {
      hint: `correct or remove the file: mv ${shellQuoted(file)} ${shellQuoted(`${file}.bad`)}`,
    });
  }
  const node = tree === undefined ? undefined : findNodeAtLocation(tree, [...path]);
  const offset = path.length === 0 ? (errors[0]?.offset ?? 0) : (node?.parent?.offset ?? node?.offset ?? 0);
  const line = source.slice(0, offset).split('\n').length;
  const fault = errors[0] === undefined ? undefined : printParseErrorCode(errors[0].error);
  const detail = path.length > 0 || fault === undefined ? '' : `: ${PARSE_FAULTS[fault] ?? fault}`;
  const key = path.length === 0 ? '' : ` key ${path.map(shownKey).join('.')}`;
  return new ConfigurationError('config_invalid_file', `${file}:${line}:${key} ${what}${detail}`, {
    hint:
      advice === undefined
        ? `mend line ${line} of the file; nothing was changed`
        : `remove the key ${shownKey(path.at(-1) ?? '')} in line ${line}, and ${advice}`,
  });
}

/** A key of the file as it stands there, without what a terminal would obey. */
function shownKey(key: string): string {
  return JSON.stringify(safeText(key, 100));
}
