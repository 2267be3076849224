import { UsageError } from '../ground/errors.ts';
import { parsePlainJson, plainObject } from '../ground/plain-json.ts';
import { type Helper, jsonLine, LONGEST_QUESTION } from './helper.ts';
import { headersFor } from './token-for.ts';

/**
 * The credential helper of Bazel. For an address of no account it has no headers to add.
 *
 * @see [the specification](https://github.com/EngFlow/credential-helper-spec/blob/main/spec.md)
 */
export const bazelHelper: Helper = {
  of: 'Bazel',

  reads: (words) => (words.at(-1) === 'get' ? LONGEST_QUESTION : undefined),

  async answer({ words, input, options }, access) {
    if (words.at(-1) !== 'get') {
      throw new UsageError(
        'usage_invalid',
        `Bazel asks with get, and not with ${JSON.stringify(words.at(-1))}`,
        {
          hint: 'see docs/other-programs.md for the line of .bazelrc',
        },
      );
    }
    const uri = plainObject(parsePlainJson(input.toString('utf8')))?.uri;
    if (input.length > LONGEST_QUESTION || typeof uri !== 'string' || !URL.canParse(uri)) {
      throw new UsageError('usage_invalid', 'the question is not {"uri": "https://…"}', {
        hint: 'Bazel writes it by itself, to the standard input',
      });
    }
    const target = words.length > 1 ? words[0] : undefined;
    const found = await headersFor({ address: new URL(uri), target, account: options.account }, access);
    const headers = Object.entries(found?.headers ?? {}).map(([name, value]) => [name, [value]]);
    const expires = found?.end?.toISOString();
    return { text: jsonLine({ headers: Object.fromEntries(headers), expires }) };
  },
};
