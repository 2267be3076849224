import type { Environment } from '../ground/context.ts';
import type { Secret } from '../ground/secret.ts';
import type { Provider } from '../providers/provider.ts';
import { addressVariable } from '../settings/token-variable.ts';

/** Holds the addresses of the proxy as JSON, by the origins of the API that they lead to. */
const ADDRESSES_VARIABLE = 'OAUTH_LOGIN_PROXY';
const OWN = /^OAUTH_LOGIN_/i;
const PROXY_OF_HTTP = /^(?:http|all)_proxy$/i;

/** What a program is told, so that it uses a proxy. */
export interface Told {
  readonly addresses: ReadonlyMap<string, string>;
  readonly phantom: Secret;
  readonly tokenVariable: string;
  /** The variable for the address of the first origin, where the person chose one. */
  readonly urlVariable?: string;
}

/** The variables for a program that uses the proxy: the phantom token, and the addresses where it looks for them. */
export function proxyVariables(
  { name, apiVariables = {} }: Pick<Provider, 'name' | 'apiVariables'>,
  { addresses, phantom, tokenVariable, urlVariable }: Told,
): Readonly<Record<string, string>> {
  const [first = ''] = addresses.values();
  const known = Object.entries(apiVariables).flatMap(([variable, api]) => {
    const { origin, pathname } = new URL(api);
    const address = addresses.get(origin);
    return address === undefined ? [] : [[variable, `${address}${pathname.replace(/\/$/, '')}`] as const];
  });
  const isNamed = urlVariable !== undefined || known.length === 0;
  return {
    ...Object.fromEntries(known),
    ...(isNamed ? { [addressVariable(urlVariable, name)]: first } : {}),
    [tokenVariable]: phantom.reveal(),
    [ADDRESSES_VARIABLE]: JSON.stringify(Object.fromEntries(addresses)),
  };
}

/**
 * The environment of a command that is not to see the token: nothing of this tool, no variable that holds one of the
 * secrets, and the variables of the proxy. The address of the proxy is asked without another proxy.
 */
export function commandVariables(
  env: Environment,
  variables: Readonly<Record<string, string>>,
  secrets: readonly Secret[],
): Environment {
  const kept = Object.entries(env).filter(
    ([name, value = '']) => !OWN.test(name) && !secrets.some((secret) => value.includes(secret.reveal())),
  );
  const others = Object.fromEntries(kept);
  return { ...others, ...withoutOtherProxy(others), ...variables };
}

function withoutOtherProxy(env: Environment): Environment {
  if (!Object.keys(env).some((name) => PROXY_OF_HTTP.test(name))) {
    return {};
  }
  const list = [env.no_proxy ?? env.NO_PROXY, '127.0.0.1'].filter((text) => text).join(',');
  return { no_proxy: list, NO_PROXY: list };
}
