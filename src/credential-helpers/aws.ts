import type { Environment } from '../ground/context.ts';
import { UsageError } from '../ground/errors.ts';
import { type Helper, type HelperOptions, jsonLine } from './helper.ts';
import { stsEndpoint } from './sts-endpoint.ts';
import { accountOf, idTokenOf } from './token-for.ts';

const ROLE = /^arn:aws[a-z-]*:iam::\d{12}:role\/[\x21-\x7e]{1,512}$/;
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
    const { roleArn, sessionName, endpoint } = roleOf(options, env);
    const head = await accountOf(words[0], options, access);
    const { idToken } = await idTokenOf(head, access);
    const { assumeRole } = await import('./aws-sts.ts');
    const credentials = await assumeRole({ endpoint, roleArn, sessionName, idToken }, head, access);
    return { text: jsonLine({ Version: 1, ...credentials }) };
  },
};

/** The role that is meant, and where it is asked for. Throws a `UsageError` for a missing or malformed part. */
export function roleOf(options: HelperOptions, env: Environment) {
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
  const region = options.region ?? env.AWS_REGION ?? env.AWS_DEFAULT_REGION ?? '';
  return { roleArn, sessionName, region, endpoint: stsEndpoint(region, env) };
}
