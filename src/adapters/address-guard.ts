import type { LookupAddress } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { ProtocolError } from '../ground/errors.ts';
import { type AddressClass, classOfAddress } from './address-class.ts';

/** Lets connections go to addresses of the class of one host, and to the internet. */
export interface AddressGuard {
  /** Rejects with a `ProtocolError` for an address that is written in the URL and must not be connected to. */
  admit(target: URL): Promise<void>;
  /** Resolves names to those of their addresses that may be connected to, at each connection again. */
  readonly lookup: LookupFunction;
}

type Resolved = readonly LookupAddress[];

/** What the resolver has said of the host that the person typed. */
interface TypedHost {
  /** The classes of its addresses when they were first asked for. */
  readonly classes: ReadonlySet<AddressClass>;
  /** It had an address on the internet at some time, so its owner may be anybody. */
  isPublic: boolean;
}

/** By resolver, since a name must not be of another class at the next connection, or for the next guard of this run. */
const typedHosts = new WeakMap<LookupFunction, Map<string, TypedHost>>();

/** Ports below this belong to services of the system. */
const FIRST_FREE_PORT = 1024;

/**
 * Guards the connections of a sign-in whose addresses come from documents: what the person typed, `host`, decides
 * whether they may lead into a private network or to this machine. They may not where that host was ever on the
 * internet: the owner of a name can give it a private address as well, or later.
 *
 * @see [RFC 9728 §7.7](https://www.rfc-editor.org/rfc/rfc9728.html#section-7.7)
 */
export function guardAddresses(host: string, lookup: LookupFunction): AddressGuard {
  const isAllowed = async (name: string, address: string) => {
    const found = classOfAddress(address);
    if (found === 'public' || found === 'never') {
      return found === 'public';
    }
    const { classes, isPublic } = await typedHost(host, lookup);
    return classes.has(found) && (!isPublic || name === plainName(host));
  };
  const allowedOf = async (name: string, addresses: Resolved): Promise<Resolved> => {
    if (name === plainName(host)) {
      const typed = await typedHost(host, lookup, addresses);
      typed.isPublic ||= classesOf(addresses).has('public');
    }
    const verdicts = await Promise.all(addresses.map(({ address }) => isAllowed(name, address)));
    const allowed = addresses.filter((_, index) => verdicts[index] === true);
    if (allowed.length === 0) {
      throw forbidden(name);
    }
    return allowed;
  };
  return {
    async admit(target) {
      const port = Number(target.port || '443');
      const name = plainName(target.hostname);
      const isSystemPort = port < FIRST_FREE_PORT && port !== 443 && name !== plainName(host);
      if (isSystemPort || (isIP(name) !== 0 && !(await isAllowed(name, name)))) {
        throw forbidden(target.host);
      }
    },

    lookup(hostname, options, callback) {
      resolve(hostname, lookup)
        .then((addresses) => allowedOf(hostname, addresses))
        .then(
          (addresses) => {
            const [first] = addresses;
            if (options.all === true) {
              callback(null, [...addresses]);
            } else {
              callback(null, first?.address ?? '', first?.family);
            }
          },
          (error: NodeJS.ErrnoException) => callback(error, []),
        );
    },
  };
}

/** What is known of the typed host, from the addresses that were found for it or from the resolver. */
async function typedHost(host: string, lookup: LookupFunction, found?: Resolved): Promise<TypedHost> {
  const hosts = typedHosts.get(lookup) ?? new Map<string, TypedHost>();
  typedHosts.set(lookup, hosts);
  const classes = hosts.has(host)
    ? undefined
    : classesOf(found ?? (await resolve(host, lookup).catch(() => [])));
  const known = hosts.get(host);
  if (known !== undefined || classes === undefined) {
    return known ?? { classes: new Set(), isPublic: false };
  }
  const typed = { classes, isPublic: classes.has('public') };
  // A resolver that failed may answer the next time.
  if (classes.size > 0) {
    hosts.set(host, typed);
  }
  return typed;
}

function classesOf(addresses: Resolved): ReadonlySet<AddressClass> {
  return new Set(addresses.map(({ address }) => classOfAddress(address)));
}

function resolve(host: string, lookup: LookupFunction): Promise<Resolved> {
  const name = plainName(host);
  const family = isIP(name);
  if (family !== 0) {
    return Promise.resolve([{ address: name, family }]);
  }
  return new Promise((done, failed) => {
    lookup(name, { all: true }, (error, found) => {
      if (error === null && typeof found !== 'string') {
        done(found);
      } else {
        failed(error ?? new Error('no address'));
      }
    });
  });
}

function plainName(hostname: string): string {
  return hostname.replace(/^\[|\]$/g, '');
}

function forbidden(host: string): ProtocolError {
  return new ProtocolError(
    'protocol_insecure_uri',
    `${host} is not connected to: it is an address of this machine, of a private network or of a system service, and the address that was typed is not`,
    {
      hint: 'nothing was sent there; ask the operator of the address that you typed to correct its metadata',
    },
  );
}
