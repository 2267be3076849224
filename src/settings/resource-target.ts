import { hash } from 'node:crypto';
import { defined } from '../ground/defined.ts';
import { isSameButLastSlash } from '../providers/issuer-spelling.ts';
import { resourceProvider } from '../providers/openid.ts';
import type { Configuration } from './configuration.ts';
import { withConfiguration } from './configured-provider.ts';
import type { LoginFlags } from './login-flags.ts';
import { nameOfHost, type Target } from './target.ts';
import { variableName } from './variables.ts';

/** A protected resource and the one of its servers that is signed in to. */
export interface ChosenResource {
  readonly identifier: string;
  readonly scopes: readonly string[];
  readonly issuer: string;
  /** It takes tokens only that are bound to a key (RFC 9449). */
  readonly dpop?: 'required';
}

/** Characters of a provider's name. */
const LONGEST_NAME = 64;
const HASH_DIGITS = 8;

/**
 * The target that a protected resource is: its client and everything else about it stand in an entry of its own, which
 * is used for this resource and this issuer alone (RFC 9728 §7.6).
 */
export function resourceTarget(
  typed: string,
  { identifier, scopes, issuer, dpop }: ChosenResource,
  flags: Pick<LoginFlags, 'issuer' | 'resourceParameter'>,
  configuration: Configuration,
): Target {
  const configured = [...configuration.providers].find(([, { resource }]) => resource === identifier);
  const name = configured?.[0] ?? nameOfResource(identifier, configuration);
  const isOfIssuer = configured?.[1].issuer !== undefined && isSameButLastSlash(configured[1].issuer, issuer);
  const entry = isOfIssuer && configured !== undefined ? configured[1] : {};
  const own = {
    ...entry,
    issuer,
    resource: identifier,
    ...(flags.resourceParameter === false ? { resource_parameter: 'none' as const } : {}),
  };
  return {
    target: typed,
    provider: withConfiguration(
      resourceProvider(name, issuer, { identifier, scopes, ...defined({ dpop }) }),
      own,
    ),
    configuration: own,
    issuerNamed: flags.issuer !== undefined,
  };
}

/**
 * The name of a resource that has none yet, made from its host and its path: `api.example.com_v1`. A hash tells apart
 * what the letters of a name cannot, and a resource from a provider of the same name.
 */
export function nameOfResource(identifier: string, { providers }: Pick<Configuration, 'providers'>): string {
  const { host, pathname } = new URL(identifier);
  const segments = pathname.split('/').filter((segment) => segment !== '');
  const plain = [nameOfHost(host), ...segments].join('_');
  const isPlain = segments.every((segment) => /^[a-z0-9]+(?:[.-][a-z0-9]+)*$/.test(segment));
  const variable = variableName(plain, 'CLIENT_ID');
  // A variable that belongs to another provider holds no client of this resource.
  const isTaken = [...providers.keys()].some((name) => variableName(name, 'CLIENT_ID') === variable);
  if (isPlain && plain.length <= LONGEST_NAME && !isTaken) {
    return plain;
  }
  const digits = hash('sha256', identifier, 'hex').slice(0, HASH_DIGITS);
  const start = nameOfHost(plain.toLowerCase().replaceAll(/[^a-z0-9._-]+/g, '-'));
  return `${start.slice(0, LONGEST_NAME - HASH_DIGITS - 1)}-${digits}`;
}
