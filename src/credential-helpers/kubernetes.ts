import type { AccessSession } from '../access/access-session.ts';
import { destinationsOf } from '../access/destinations.ts';
import type { AccountHead } from '../accounts/account.ts';
import { UsageError } from '../ground/errors.ts';
import { parsePlainJson, plainObject } from '../ground/plain-json.ts';
import { safeText } from '../ground/safe-text.ts';
import { isWithinResource } from '../providers/resource-identifier.ts';
import { type Helper, jsonLine, LONGEST_QUESTION } from './helper.ts';
import { accountOf, endOf, idTokenOf, tokenOf } from './token-for.ts';

const versions = ['client.authentication.k8s.io/v1', 'client.authentication.k8s.io/v1beta1'];

/**
 * The exec plugin of kubectl and other clients of Kubernetes. The account names the addresses of its clusters
 * (`api_origins`); a kubeconfig from somewhere else gets nothing for another cluster (T53).
 *
 * @see [client-go credential plugins](https://kubernetes.io/docs/reference/access-authn-authz/authentication/#client-go-credential-plugins)
 */
export const kubernetesHelper: Helper = {
  of: 'kubectl and other clients of Kubernetes',

  // The standard input is for a person, who is never asked.
  reads: () => undefined,

  async answer({ words, options }, access) {
    const { apiVersion, server } = clusterOf(access.context.env.KUBERNETES_EXEC_INFO);
    const head = await accountOf(words[0], options, access);
    await requireCluster(server, head, access);
    const status = options.accessToken
      ? await accessTokenStatus(head, access)
      : await idTokenStatus(head, access);
    return { text: jsonLine({ apiVersion, kind: 'ExecCredential', status }) };
  },
};

async function idTokenStatus(head: AccountHead, access: AccessSession) {
  const { idToken, expiresAt } = await idTokenOf(head, access);
  return { expirationTimestamp: instant(expiresAt), token: idToken.reveal() };
}

async function accessTokenStatus(head: AccountHead, access: AccessSession) {
  const fresh = await tokenOf({ kind: 'account', head }, access);
  const end = endOf(fresh);
  return { expirationTimestamp: end && instant(end), token: fresh.accessToken.reveal() };
}

/** RFC 3339, in whole seconds. */
const instant = (date: Date) => date.toISOString().replace(/\.\d+Z$/, 'Z');

function clusterOf(info: string | undefined): { readonly apiVersion: string; readonly server: URL } {
  const document = plainObject(parsePlainJson((info ?? '').length > LONGEST_QUESTION ? '' : (info ?? '')));
  const apiVersion = versions.find((version) => version === document?.apiVersion);
  if (apiVersion === undefined || document?.kind !== 'ExecCredential') {
    throw new UsageError(
      'usage_invalid',
      'KUBERNETES_EXEC_INFO names no version of ExecCredential that is known',
      {
        hint: `kubectl sets it; in the kubeconfig, apiVersion is ${versions[0]}`,
      },
    );
  }
  const cluster = plainObject(plainObject(document.spec)?.cluster);
  const server = cluster?.server;
  if (typeof server !== 'string' || !URL.canParse(server)) {
    throw new UsageError('usage_invalid', 'kubectl does not say which cluster gets the token', {
      hint: 'add provideClusterInfo: true to the exec section of the user in the kubeconfig',
    });
  }
  refuseOpenWay(cluster);
  return { apiVersion, server: new URL(server) };
}

/** Throws a `UsageError` where the kubeconfig lets somebody between kubectl and the cluster read the token (T53). */
function refuseOpenWay(cluster: Readonly<Record<string, unknown>> | undefined): void {
  const isSet = (value: unknown) => value !== undefined && value !== null && value !== false && value !== '';
  const key = ['insecure-skip-tls-verify', 'proxy-url'].find((name) => isSet(cluster?.[name]));
  if (key !== undefined) {
    throw new UsageError(
      'usage_foreign_origin',
      `no token is given to a cluster with ${key}: it could go to another server`,
      { hint: `remove ${key} from the cluster in the kubeconfig` },
    );
  }
}

/** Throws a `UsageError` unless the cluster is one of the account's (T02, T53). */
async function requireCluster(server: URL, head: AccountHead, access: AccessSession): Promise<void> {
  const { origins = [], resource } = (await destinationsOf([head], access)).get(head) ?? {};
  const isWithin = resource === undefined || isWithinResource(server, resource);
  if (server.protocol === 'https:' && origins.includes(server.origin) && isWithin) {
    return;
  }
  const entry = JSON.stringify({ providers: { [head.provider]: { api_origins: [server.origin] } } });
  throw new UsageError(
    'usage_foreign_origin',
    `the token of ${head.label} is not given to the cluster at ${safeText(server.origin)}`,
    { hint: `if this is your cluster, add it to api_origins in config.json, as in ${safeText(entry)}` },
  );
}
