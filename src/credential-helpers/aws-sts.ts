import type { AccessSession } from '../access/access-session.ts';
import type { AccountHead } from '../accounts/account.ts';
import { ConfigurationError, ProtocolError } from '../ground/errors.ts';
import { networkOf, signalled } from '../ground/http-options.ts';
import { isLoopbackHost } from '../ground/loopback-host.ts';
import { safeText } from '../ground/safe-text.ts';
import type { Secret } from '../ground/secret.ts';

/** What is asked of the Security Token Service. */
export interface RoleRequest {
  readonly endpoint: URL;
  readonly roleArn: string;
  readonly sessionName: string;
  readonly idToken: Secret;
}

/** Credentials for a time, as `credential_process` names them. */
export interface RoleCredentials {
  readonly AccessKeyId: string;
  readonly SecretAccessKey: string;
  readonly SessionToken: string;
  /** ISO 8601. */
  readonly Expiration: string;
}

/**
 * Exchanges the ID Token for credentials of the role; the request is not signed. Throws a `ConfigurationError` when AWS
 * refuses, and a `ProtocolError` for a reply without credentials.
 */
export async function assumeRole(
  { endpoint, roleArn, sessionName, idToken }: RoleRequest,
  head: AccountHead,
  { context, trace }: AccessSession,
): Promise<RoleCredentials> {
  const isHere = isLoopbackHost(endpoint.hostname);
  const { caFile, extraCaFile } = head;
  const network = {
    allowHttpLoopback: isHere,
    ...(caFile && { caFile }),
    ...(extraCaFile && { extraCaFile }),
  };
  const http = await context.openHttp(networkOf(network, trace));
  try {
    const response = await signalled(http.fetch, context.signal)(endpoint.href, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'text/xml' },
      body: new URLSearchParams({
        Action: 'AssumeRoleWithWebIdentity',
        Version: '2011-06-15',
        RoleArn: roleArn,
        RoleSessionName: sessionName,
        WebIdentityToken: idToken.reveal(),
      }).toString(),
    });
    const text = await response.text();
    if (!response.ok) {
      throw refusal(textOf(text, 'Code') ?? `status ${response.status}`);
    }
    return credentialsIn(text);
  } finally {
    await http.close();
  }
}

function credentialsIn(text: string): RoleCredentials {
  const [AccessKeyId, SecretAccessKey, SessionToken, Expiration] = [
    'AccessKeyId',
    'SecretAccessKey',
    'SessionToken',
    'Expiration',
  ].map((name) => textOf(text, name));
  const isWhole =
    AccessKeyId && SecretAccessKey && SessionToken && !Number.isNaN(Date.parse(Expiration ?? ''));
  if (!isWhole || Expiration === undefined) {
    throw new ProtocolError('protocol_invalid_response', 'the reply of AWS holds no credentials', {
      hint: 'run the command again with --debug',
    });
  }
  return { AccessKeyId, SecretAccessKey, SessionToken, Expiration };
}

/** The text of the first element of that name. These texts have no characters that XML would escape. */
function textOf(xml: string, name: string): string | undefined {
  return new RegExp(`<${name}>([\\x21-\\x25\\x27-\\x3b\\x3d\\x3f-\\x7e]{1,8192})</${name}>`).exec(xml)?.[1];
}

function refusal(code: string): ConfigurationError {
  const shown = safeText(code, 100);
  return new ConfigurationError(
    'config_unsupported_server',
    `AWS did not let the account take the role (${shown})`,
    {
      serverWords: shown,
      hint: 'check that the role trusts the issuer, the audience and the subject of the ID Token: oauth-login token --id-token --json',
    },
  );
}
