import { BlockList, isIP } from 'node:net';

/** Where an address leads: to the internet, a private network, this machine, or where no server of a sign-in is. */
export type AddressClass = 'public' | 'private' | 'loopback' | 'never';

type Subnet = readonly [network: string, prefix: number];

/** Special-purpose addresses (RFC 6890): those of the link, of many, of none, and the metadata services of clouds. */
const neverSubnets: readonly Subnet[] = [
  ['0.0.0.0', 8],
  ['169.254.0.0', 16],
  ['100.100.100.200', 32],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
  ['::', 128],
  ['fe80::', 10],
  ['ff00::', 8],
  ['fd00:ec2::254', 128],
];
const loopbackSubnets: readonly Subnet[] = [
  ['127.0.0.0', 8],
  ['::1', 128],
];
const privateSubnets: readonly Subnet[] = [
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['fc00::', 7],
  ['fec0::', 10],
];
/** Prefixes behind which an IPv4 address stands: NAT64 (RFC 6052), its local form (RFC 8215) and 6to4 (RFC 3056). */
const NAT64 = /^64:ff9b::([0-9a-f]{1,4}):([0-9a-f]{1,4})$/;
/** IPv4-compatible (RFC 4291 §2.5.5.1) and IPv4-translated addresses (RFC 2765 §2.1), which nobody uses any more. */
const OLD_FORM = /^::(?:ffff:0:)?([0-9a-f]{1,4}):([0-9a-f]{1,4})$/;
const LOCAL_NAT64 = /^64:ff9b:1:/;
const SIX_TO_FOUR = /^2002:([0-9a-f]{1,4}):([0-9a-f]{1,4}):/;

const classes: readonly (readonly [AddressClass, BlockList])[] = [
  ['never', blockList(neverSubnets)],
  ['loopback', blockList(loopbackSubnets)],
  ['private', blockList(privateSubnets)],
];

function blockList(subnets: readonly Subnet[]): BlockList {
  const list = new BlockList();
  for (const [network, prefix] of subnets) {
    list.addSubnet(network, prefix, isIP(network) === 4 ? 'ipv4' : 'ipv6');
  }
  return list;
}

/** The class of a literal address, in any of its spellings; what is none leads nowhere. */
export function classOfAddress(address: string): AddressClass {
  const family = isIP(address);
  if (family === 0) {
    return 'never';
  }
  if (family === 4) {
    return classIn(address, 'ipv4');
  }
  const plain = new URL(`http://[${address.replace(/%.*$/, '')}]`).hostname.slice(1, -1);
  const inside = embeddedAddress(plain);
  if (inside !== undefined) {
    return classIn(inside, 'ipv4') === 'public' ? 'public' : 'never';
  }
  return LOCAL_NAT64.test(plain) ? 'private' : classIn(plain, 'ipv6');
}

/** `BlockList` knows an IPv4-mapped IPv6 address by its IPv4 address. */
function classIn(address: string, family: 'ipv4' | 'ipv6'): AddressClass {
  return classes.find(([, list]) => list.check(address, family))?.[0] ?? 'public';
}

function embeddedAddress(plain: string): string | undefined {
  const [, high, low] = NAT64.exec(plain) ?? SIX_TO_FOUR.exec(plain) ?? OLD_FORM.exec(plain) ?? [];
  if (high === undefined || low === undefined) {
    return undefined;
  }
  const bits = Number.parseInt(high, 16) * 65_536 + Number.parseInt(low, 16);
  return [24, 16, 8, 0].map((shift) => Math.floor(bits / 2 ** shift) % 256).join('.');
}
