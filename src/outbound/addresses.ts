import { BlockList, isIP } from 'node:net';

/**
 * Where the emulator may call an address that a user gave (access.md §9). What neither is the public Internet nor is
 * allowed by the configuration is a way into the network of whoever hosts it.
 */

type Family = 'ipv4' | 'ipv6';

/** IPv4 blocks that are not public unicast addresses (IANA special-purpose registry, multicast, reserved). */
const SPECIAL_IPV4: readonly (readonly [string, number])[] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
];

/** The only IPv6 block of public unicast addresses: loopback, local, mapped and multicast ones lie outside. */
const GLOBAL_IPV6 = ['2000::', 3] as const;

/** Parts of it that are no hosts, or that wrap an IPv4 address (Teredo, 6to4). */
const SPECIAL_IPV6: readonly (readonly [string, number])[] = [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
];

const specialIpv4 = blockList(SPECIAL_IPV4, 'ipv4');
const globalIpv6 = blockList([GLOBAL_IPV6], 'ipv6');
const specialIpv6 = blockList(SPECIAL_IPV6, 'ipv6');

/** Whether an IP address, in the text form of `node:dns`, belongs to the public Internet. */
export function isPublicAddress(address: string): boolean {
  const bare = address.split('%')[0] ?? '';
  switch (isIP(bare)) {
    case 4:
      return !specialIpv4.check(bare, 'ipv4');
    case 6:
      return globalIpv6.check(bare, 'ipv6') && !specialIpv6.check(bare, 'ipv6');
    default:
      return false;
  }
}

/** Hosts that the configuration names. */
export interface AllowedHosts {
  /** Lower case. */
  readonly names: ReadonlySet<string>;
  /** Whether it lies in an allowed address or range. */
  covers(address: string): boolean;
}

/** Reads a list of addresses, CIDR ranges and host names that {@link allowedHostFaults} found right. */
export function readAllowedHosts(entries: readonly string[]): AllowedHosts {
  const names = new Set<string>();
  const ranges: (readonly [string, number])[] = [];
  for (const entry of entries) {
    const range = rangeOf(entry);
    if (range === null) names.add(entry.toLowerCase());
    else ranges.push(range);
  }
  // One list per family: a list of both would let an IPv4 range cover the IPv6 addresses that map it.
  const ipv4 = blockList(
    ranges.filter(([address]) => isIP(address) === 4),
    'ipv4',
  );
  const ipv6 = blockList(
    ranges.filter(([address]) => isIP(address) === 6),
    'ipv6',
  );
  return {
    names,
    covers(address) {
      const family = isIP(address);
      return family === 4 ? ipv4.check(address, 'ipv4') : family === 6 && ipv6.check(address, 'ipv6');
    },
  };
}

/** Whether a host may be called at an address that its name stands for. */
export type AddressRule = (host: string, address: string) => boolean;

/** The public Internet, and these hosts. */
export function publicAnd(hosts: AllowedHosts): AddressRule {
  return (host, address) => hosts.names.has(host.toLowerCase()) || isPublicAddress(address) || hosts.covers(address);
}

/** These hosts and no other. */
export function only(hosts: AllowedHosts): AddressRule {
  return (host, address) => hosts.names.has(host.toLowerCase()) || hosts.covers(address);
}

/** What is wrong with such a list, one sentence each. */
export function allowedHostFaults(entries: readonly string[]): string[] {
  return entries
    .filter((entry) => rangeOf(entry) === null && !/^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$/.test(entry))
    .map((entry) => `"${entry}" is not an address, a CIDR range or a host name`);
}

/** An address is the range of itself; `null` for what is neither. */
function rangeOf(entry: string): readonly [string, number] | null {
  const [, address = '', bits] = /^([^/]+)(?:\/(\d{1,3}))?$/.exec(entry) ?? [];
  const family = isIP(address);
  if (family === 0) return null;
  const longest = family === 4 ? 32 : 128;
  const prefix = bits === undefined ? longest : Number(bits);
  return prefix <= longest ? [address, prefix] : null;
}

function blockList(ranges: readonly (readonly [string, number])[], family: Family): BlockList {
  const list = new BlockList();
  for (const [address, prefix] of ranges) list.addSubnet(address, prefix, family);
  return list;
}
