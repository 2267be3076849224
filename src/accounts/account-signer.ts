import type { OAuth1Signer } from '../credential/oauth1/signed-request.ts';
import type { Context } from '../ground/context.ts';
import { defined } from '../ground/defined.ts';
import type { OAuth1Server } from '../providers/oauth1.ts';
import type { AccountHead, OpenAccount } from './account.ts';

/** What an account keeps of the server: how its requests are signed, and where its token is renewed. */
export function signatureRuleOf(server: OAuth1Server | undefined): AccountHead['oauth1'] {
  if (server === undefined || server.isSecretTheKey) {
    return undefined;
  }
  const { signatureMethod, parametersIn, realm, method, tokenUri } = server;
  return { signatureMethod, parametersIn, ...defined({ realm }), method, tokenUri };
}

/** What signs the requests of an account of OAuth 1.0a; `undefined` for one whose token is shown as it is. */
export function signerOfAccount(
  { head, secrets }: OpenAccount,
  { clock }: Pick<Context, 'clock'>,
): OAuth1Signer | undefined {
  const { oauth1, clientId } = head;
  const { accessToken, tokenSecret, clientSecret } = secrets;
  if (oauth1 === undefined || tokenSecret === undefined) {
    return undefined;
  }
  const { signatureMethod, parametersIn, realm } = oauth1;
  return {
    clientId,
    signatureMethod,
    parametersIn,
    ...defined({ clientSecret, realm }),
    token: { identifier: accessToken, secret: tokenSecret },
    now: () => clock.now(),
  };
}
