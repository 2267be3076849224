import { UsageError } from '../ground/errors.ts';
import { type Helper, jsonLine } from './helper.ts';
import { tokenFor } from './token-for.ts';

/** A host with its port, as Terraform compares it. */
const HOST = /^[a-z0-9.-]+(?::\d{1,5})?$/;

/**
 * The credentials helper of Terraform. It has nothing to say about a host of no account.
 *
 * @see [the protocol](https://developer.hashicorp.com/terraform/internals/credentials-helpers)
 */
export const terraformHelper: Helper = {
  of: 'Terraform and OpenTofu',

  reads: () => undefined,

  async answer({ words, options }, access) {
    const [verb, host = ''] = words.slice(-2);
    if (verb !== 'get' || !HOST.test(host) || !URL.canParse(`https://${host}`)) {
      throw new UsageError('usage_invalid', 'no credentials are kept for Terraform', {
        hint: 'to forget a sign-in, run: oauth-login logout',
      });
    }
    const target = words.length > 2 ? words[0] : undefined;
    const address = new URL(`https://${host}`);
    const found = await tokenFor({ address, target, account: options.account }, access);
    return { text: jsonLine(found === undefined ? {} : { token: found.fresh.accessToken.reveal() }) };
  },
};
