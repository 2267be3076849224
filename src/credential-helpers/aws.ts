import type { Environment } from '../ground/context.ts';
import { UsageError } from '../ground/errors.ts';
import { isLoopbackHost } from '../ground/loopback-host.ts';
import { type Helper, jsonLine } from './helper.ts';
import { accountOf, idTokenOf } from './token-for.ts';

const ROLE = /^arn:aws[a-z-]*:iam::\d{12}:role\/[\x21-\x7e]{1,512}$/;
const REGION = /^[a-z]{2,3}(?:-[a-z]+)+-\d{1,2}$/;
const SESSION = /^[\w+=,.@-]{2,64}$/;

/**
 * The `credential_process` of AWS: the ID Token of an account becomes credentials of a role.
 *
 * @see [AssumeRoleWithWebIdentity](https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html)
 */
export const awsHelper: Helper = {
  of: 'AWS (credential_process)',

  reads: () => undefined,

  async answer({ words, options }, access) {
    const { env } = access.context;
    const roleArn = options.roleArn ?? env.AWS_ROLE_ARN ?? '';
    const sessionName = options.sessionName ?? env.AWS_ROLE_SESSION_NAME ?? 'oauth-login';
    if (!ROLE.test(roleArn) || !SESSION.test(sessionName)) {
      throw new UsageError(
        'usage_invalid',
        'the role of AWS is needed, and a name for the session of 2 to 64 letters',
        {
          hint: 'for example: oauth-login credential aws google --role-arn arn:aws:iam::123456789012:role/name --region eu-west-1',
        },
      );
    }
    const endpoint = endpointOf(options.region ?? env.AWS_REGION ?? env.AWS_DEFAULT_REGION ?? '', env);
    const head = await accountOf(words[0], options, access);
    const { idToken } = await idTokenOf(head, access);
    const { assumeRole } = await import('./aws-sts.ts');
    const credentials = await assumeRole({ endpoint, roleArn, sessionName, idToken }, head, access);
    return { text: jsonLine({ Version: 1, ...credentials }) };
  },
};

/** The endpoint of the region. A variable may name another one of AWS, or one on this machine, and nothing else (T02). */
function endpointOf(region: string, env: Environment): URL {
  const given = env.AWS_ENDPOINT_URL_STS;
  if (given !== undefined && URL.canParse(given)) {
    const url = new URL(given);
    const isOfAws = /(?:^|\.)amazonaws\.com(?:\.cn)?$/.test(url.hostname) && url.protocol === 'https:';
    if (isOfAws || isLoopbackHost(url.hostname)) {
      return url;
    }
    throw new UsageError('usage_foreign_origin', 'AWS_ENDPOINT_URL_STS names a host that is not of AWS', {
      hint: 'unset AWS_ENDPOINT_URL_STS',
    });
  }
  if (!REGION.test(region)) {
    throw new UsageError('usage_invalid', 'the region of AWS is needed', {
      hint: 'add --region, for example --region eu-west-1, or set AWS_REGION',
    });
  }
  return new URL(`https://sts.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}/`);
}
