import { defined } from '../ground/defined.ts';
import { ConfigurationError, UsageError } from '../ground/errors.ts';
import { type AssertionClaims, assertionAudience, signAssertion } from '../protocol/client-assertion.ts';
import { readSigningKey, type SigningKey } from '../protocol/signing-key.ts';
import type { TokenEndpoint } from '../protocol/token-endpoint.ts';
import type { TokenSet } from '../protocol/token-set.ts';
import { requestUnattendedTokens } from '../protocol/unattended-token-request.ts';
import { endpointOrigins } from '../providers/origins.ts';
import type { UnattendedSettings } from '../settings/unattended-settings.ts';
import { wrongClient } from './client-credentials.ts';
import { withNextSteps } from './next-steps.ts';
import { readServiceAccount, type ServiceAccount } from './service-account.ts';
import { unattendedParameters } from './unattended-parameters.ts';

/** Who signs the assertion, and with what. */
export interface AssertionIssuer {
  readonly key: SigningKey;
  /** The `iss` of the assertion; absent: the client. */
  readonly serviceAccount?: ServiceAccount;
}

/** Seconds an assertion is good for: it is used at once, and some servers take no longer one. */
const LIFETIME_SECONDS = 60;
/** What Google documents; shorter ones fail on machines whose clock is a little off. */
const GOOGLE_LIFETIME_SECONDS = 3600;

/**
 * Reads the key of `--grant jwt-bearer`: a bare key, or Google's file.
 *
 * Throws a `ConfigurationError`, and a `UsageError` when a service account is given nothing to ask for.
 */
export async function readAssertionIssuer(
  text: string,
  name: string,
  { keyId, scopes }: Pick<UnattendedSettings, 'keyId' | 'scopes'>,
): Promise<AssertionIssuer> {
  const serviceAccount = readServiceAccount(text, name);
  if (serviceAccount === undefined) {
    return { key: await readSigningKey(text, name, keyId) };
  }
  if (scopes.length === 0) {
    throw new UsageError('usage_invalid', 'a service account has to say what the token is for', {
      hint: 'for example --scope https://www.googleapis.com/auth/cloud-platform',
    });
  }
  const key = await readSigningKey(serviceAccount.privateKey, name, keyId ?? serviceAccount.privateKeyId);
  return { key, serviceAccount };
}

/**
 * Gives a token for what a signed assertion says.
 *
 * Throws a `ConfigurationError` before anything is signed, and otherwise what the token endpoint led to.
 *
 * @see [RFC 7523 §2.1](https://www.rfc-editor.org/rfc/rfc7523.html#section-2.1)
 */
export async function jwtBearer(
  endpoint: TokenEndpoint,
  settings: UnattendedSettings,
  issuer: AssertionIssuer,
): Promise<TokenSet> {
  const { serviceAccount } = issuer;
  const claims =
    serviceAccount === undefined
      ? claimsOfClient(endpoint, settings)
      : claimsOfServiceAccount(serviceAccount, endpoint, settings);
  const assertion = await signAssertion(issuer.key, claims, endpoint.now());
  // The audience is in the assertion; Google wants the scope there as well.
  const { scopes, ...others } = { ...settings, audiences: [] };
  const parameters = unattendedParameters({ ...others, scopes: serviceAccount === undefined ? scopes : [] });
  const request = {
    grantType: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
    parameters: [['assertion', assertion.reveal()] as const, ...parameters],
  };
  const who = serviceAccount?.clientEmail ?? claims.issuer;
  return withNextSteps(requestUnattendedTokens(endpoint, request), {
    invalid_grant: `the key may be expired, disabled or deleted, or not registered for ${who}: make a new one; check --subject and the clock of this machine too`,
    invalid_client: wrongClient(settings, endpoint),
    unauthorized_client: `allow ${who} to request these scopes (--scope) and to act for --subject, if that was given`,
    invalid_scope: 'request only scopes that this server knows (--scope)',
  });
}

function claimsOfClient(endpoint: TokenEndpoint, settings: UnattendedSettings): AssertionClaims {
  const { clientId } = endpoint.client;
  return {
    issuer: clientId,
    subject: settings.subject ?? clientId,
    audience: settings.audiences[0] ?? assertionAudience(endpoint.provider),
    lifetime: LIFETIME_SECONDS,
  };
}

/** Deviation: Google takes `sub` only when the account acts for somebody else, and the scopes as a claim. */
function claimsOfServiceAccount(
  account: ServiceAccount,
  { provider }: TokenEndpoint,
  { scopes, subject, audiences }: UnattendedSettings,
): AssertionClaims {
  // A server that gets an assertion can use it at its audience, so it goes to no other server.
  const { origin, host } = new URL(account.tokenUri);
  if (!Object.values(endpointOrigins(provider)).includes(origin)) {
    throw new ConfigurationError(
      'config_invalid_key',
      `the key is for ${host}, but ${provider.label} is at another host`,
      {
        hint: 'name the provider that the service account belongs to, for Google: oauth-login token google --grant jwt-bearer --key-file FILE',
      },
    );
  }
  return {
    issuer: account.clientEmail,
    audience: audiences[0] ?? account.tokenUri,
    ...defined({ subject }),
    lifetime: GOOGLE_LIFETIME_SECONDS,
    further: { scope: scopes.join(' ') },
  };
}
