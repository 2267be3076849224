import { authorizationOf, bearerCredential } from '../credential/credential.ts';
import type { Environment } from '../ground/context.ts';
import { ConfigurationError, NetworkError, ProtocolError } from '../ground/errors.ts';
import type { Fetch } from '../ground/fetch.ts';
import { parsePlainJson, plainObject } from '../ground/plain-json.ts';
import { Secret } from '../ground/secret.ts';
import { checkEndpoint } from '../providers/endpoint.ts';
import { audiencesOf, unverifiedClaims } from './jwt-claims.ts';

/** Where a CI job asks for a token that says which job it is. */
export interface CiIdentity {
  readonly url: URL;
  readonly requestToken: Secret;
}

const URL_VARIABLE = 'ACTIONS_ID_TOKEN_REQUEST_URL';
const TOKEN_VARIABLE = 'ACTIONS_ID_TOKEN_REQUEST_TOKEN';

/**
 * Finds where this job can prove its identity: at GitHub Actions, or at a CI system with the same interface. Throws
 * a `ConfigurationError` that says what the job has to be given.
 *
 * @see [OpenID Connect in GitHub Actions](https://docs.github.com/en/actions/reference/security/oidc)
 */
export function findCiIdentity(
  env: Environment,
  options: { readonly allowHttpLoopback: boolean },
): CiIdentity {
  const { [URL_VARIABLE]: url, [TOKEN_VARIABLE]: token } = env;
  if (!url || !token) {
    throw noIdentity(env);
  }
  const checked = checkEndpoint(url, options);
  if ('fault' in checked) {
    throw new ConfigurationError('config_no_ci_identity', `${URL_VARIABLE} ${checked.fault}`, {
      hint: checked.hint ?? 'it has to be the https address that the CI system set; nothing was sent there',
    });
  }
  if (!/^[\x21-\x7e]{1,65536}$/.test(token)) {
    throw new ConfigurationError('config_no_ci_identity', `${TOKEN_VARIABLE} does not hold a token`, {
      hint: 'leave the variable as the CI system set it',
    });
  }
  return { url: new URL(checked.href), requestToken: new Secret(token) };
}

/**
 * Asks the CI system for a token with the identity of this job, for that audience. The token that allows the
 * request goes to that one address only. Throws a `ConfigurationError` when the job may not ask, a `ProtocolError`
 * or a `NetworkError`.
 */
export async function requestCiIdentity(
  identity: CiIdentity,
  audience: string,
  fetch: Fetch,
): Promise<Secret> {
  const url = new URL(identity.url);
  url.searchParams.set('audience', audience);
  const response = await fetch(url, {
    headers: {
      ...authorizationOf(bearerCredential(identity.requestToken)).headers,
      accept: 'application/json',
    },
  });
  const { status } = response;
  if (status >= 500) {
    throw new NetworkError(
      'network_server_error',
      `the CI system answered with status ${status} when asked who this job is`,
      {
        hint: 'run the job again in a few minutes',
      },
    );
  }
  if (status !== 200) {
    throw new ConfigurationError(
      'config_no_ci_identity',
      `the CI system does not say who this job is (status ${status})`,
      {
        hint: 'give the job the permission "id-token: write"; jobs of pull requests from forks cannot have it',
      },
    );
  }
  const value = plainObject(parsePlainJson(await response.text()))?.value;
  const token =
    typeof value === 'string' && /^[\w-]+\.[\w-]+\.[\w-]+$/.test(value) ? new Secret(value) : undefined;
  if (token === undefined || !audiencesOf(unverifiedClaims(token)).includes(audience)) {
    const what = token === undefined ? 'without a token in it' : 'with a token that is for somebody else';
    throw new ProtocolError('protocol_invalid_response', `the CI system sent a reply ${what}`, {
      hint: `check that ${URL_VARIABLE} is what the CI system set`,
    });
  }
  return token;
}

function noIdentity(env: Environment): ConfigurationError {
  if (env.GITHUB_ACTIONS === 'true') {
    return new ConfigurationError(
      'config_no_ci_identity',
      `this job is not allowed to get its identity: ${URL_VARIABLE} is not set`,
      {
        hint: 'add to the job: permissions: { id-token: write, contents: read }',
      },
    );
  }
  return new ConfigurationError(
    'config_no_ci_identity',
    `this is not a CI job that can get its identity: ${URL_VARIABLE} is not set`,
    {
      hint: 'GitLab: declare a variable under id_tokens and name it with --subject-token-env; elsewhere give the token with --subject-token-file',
    },
  );
}
