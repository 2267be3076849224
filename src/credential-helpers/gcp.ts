import { type Helper, jsonLine } from './helper.ts';
import { accountOf, idTokenOf } from './token-for.ts';

const TOKEN_TYPE = 'urn:ietf:params:oauth:token-type:id_token';

/**
 * The executable of Google Cloud's workload identity federation: it gives the ID Token of an account.
 *
 * @see [AIP-4117](https://google.aip.dev/auth/4117)
 */
export const gcpHelper: Helper = {
  of: 'Google Cloud, by workload identity federation',

  reads: () => undefined,

  async answer({ words, options }, access) {
    const { idToken, expiresAt } = await idTokenOf(await accountOf(words[0], options, access), access);
    return {
      text: jsonLine({
        version: 1,
        success: true,
        token_type: TOKEN_TYPE,
        id_token: idToken.reveal(),
        expiration_time: Math.floor(expiresAt.getTime() / 1000),
      }),
    };
  },

  refusal: ({ code, message }) => jsonLine({ version: 1, success: false, code, message }),
};
