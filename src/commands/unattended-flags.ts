import type { Flag } from './flag.ts';
import * as shared from './flags.ts';

/** What the flags of `--grant` stand under. */
export const GRANT_HEADING = 'Options of --grant:';

const grant: Flag = {
  usage: '--grant <grant>',
  description:
    'request a token without a person: client-credentials, refresh-token, jwt-bearer, token-exchange or id-jag',
  completes: {
    words: ['client-credentials', 'refresh-token', 'jwt-bearer', 'token-exchange', 'id-jag'],
  },
  conflicts: [shared.account],
};

/** Signs in first, for commands that have `--grant` as well. */
export const signInFirst: Flag = { ...shared.signInFirst, conflicts: [grant] };

const own: readonly Flag[] = [
  grant,
  shared.clientId,
  shared.clientSecretFile,
  {
    ...shared.clientAuthentication,
    description:
      'client_secret_basic, client_secret_post, client_secret_jwt, private_key_jwt, tls_client_auth or none',
    completes: {
      words: [
        'client_secret_basic',
        'client_secret_post',
        'client_secret_jwt',
        'private_key_jwt',
        'tls_client_auth',
        'none',
      ],
    },
  },
  {
    usage: '--key-file <path>',
    description: 'a private key: JWK, PEM, or the JSON file of a Google service account',
  },
  { usage: '--key-id <id>', description: 'the ID under which the server knows the key (kid)' },
  {
    ...shared.scope,
    description: 'the scopes to request; repeatable, or separated by commas or spaces',
  },
  { usage: '--audience <audience>', description: 'who the token is for; repeatable', isRepeatable: true },
  {
    usage: '--resource <uri>',
    description: 'the API that the token is for (RFC 8707); repeatable',
    isRepeatable: true,
  },
  shared.param,
  { usage: '--dpop', description: 'have the token bound to a key (DPoP)' },
  { usage: '--subject <name>', description: 'jwt-bearer: the person to act for' },
  {
    usage: '--refresh-token-file <path>',
    description: 'refresh-token: read it from a file (- is standard input)',
  },
  {
    usage: '--rotate-to <file>',
    description: 'refresh-token: save the new one that the server sends to this file',
  },
  {
    usage: '--identity <name>',
    description: 'id-jag: the account at the company whose ID Token is exchanged',
  },
  {
    usage: '--subject-from <place>',
    description: "token-exchange: ci (the CI job's own identity) or account:NAME (its ID Token)",
  },
  {
    usage: '--subject-token-file <path>',
    description: 'token-exchange: read it from a file (- is standard input)',
  },
  {
    usage: '--subject-token-env <name>',
    description: 'token-exchange: the variable that holds it',
  },
  {
    usage: '--subject-token-type <type>',
    description: 'token-exchange: its type, such as jwt or access_token',
  },
  {
    usage: '--subject-audience <audience>',
    description: "token-exchange: the audience of the CI job's identity",
  },
  { usage: '--requested-token-type <type>', description: 'token-exchange: the type to request' },
  shared.store,
  { usage: '--no-store', description: 'do not keep the token' },
  shared.clientCertificateFile,
  shared.clientCertificateKeyFile,
  shared.caFile,
  shared.allowHttpLoopback,
];

/** The flags for jobs without a person; the same for each command that uses a token. */
export const unattendedFlags: readonly Flag[] = own.map((flag) => ({ ...flag, group: GRANT_HEADING }));
