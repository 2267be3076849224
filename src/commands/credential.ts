import type { Helper, HelperRequest } from '../credential-helpers/helper.ts';
import { helpers } from '../credential-helpers/helpers.ts';
import type { Context } from '../ground/context.ts';
import { defined } from '../ground/defined.ts';
import { ExitCode, OAuthLoginError, UsageError } from '../ground/errors.ts';
import { openAccess } from './open-access.ts';

/** The flags of `credential`. */
export interface CredentialFlags {
  readonly account?: string;
  readonly install?: boolean;
  readonly uninstall?: boolean;
  readonly print?: boolean;
  readonly yes?: boolean;
  readonly debug?: boolean;
}

/** The helper of that name; `undefined` when there is none. */
export function helperOf(kind: string | undefined): Helper | undefined {
  return kind !== undefined && Object.hasOwn(helpers, kind) ? helpers[kind] : undefined;
}

/**
 * `oauth-login credential`: answers the question of another program; gives the exit code.
 *
 * Throws a `UsageError` for a kind that is not known, and what keeps the helper from answering.
 */
export async function credential(
  kind: string,
  words: readonly string[],
  flags: CredentialFlags,
  context: Context,
): Promise<number> {
  const helper = helperOf(kind) ?? unknownKind(kind);
  const action = (['install', 'uninstall', 'print'] as const).find((name) => flags[name] === true);
  if (action !== undefined) {
    const { installCredential } = await import('./install-credential.ts');
    await installCredential(kind, action, words[0], flags, context);
    return ExitCode.done;
  }
  const access = openAccess(flags, context);
  const most = helper.reads(words);
  const input = most === undefined ? Buffer.alloc(0) : await readUpTo(most, context);
  const request: HelperRequest = { words, input, ...defined({ account: flags.account }) };
  try {
    const { text, exitCode = 0 } = await helper.answer(request, access);
    context.stdout.write(text);
    return exitCode;
  } catch (error) {
    if (error instanceof OAuthLoginError) {
      context.stdout.write(helper.refusal?.(error, words) ?? '');
    }
    throw error;
  }
}

/** The standard input, which another program ends; a message that is too long is longer than `most`. */
async function readUpTo(most: number, { stdin }: Context): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of stdin) {
    chunks.push(Buffer.from(chunk));
    length += chunk.length;
    if (length > most) {
      break;
    }
  }
  return Buffer.concat(chunks);
}

function unknownKind(kind: string): never {
  throw new UsageError('usage_invalid', `there is no credential helper ${JSON.stringify(kind)}`, {
    hint: `the helpers are ${Object.keys(helpers).join(', ')}; for the token itself, run: oauth-login token`,
  });
}
