import { BlockList, isIP } from 'node:net';
import { plainAddress } from '../ip-ranges.js';
import { type LuaPattern, matchesLuaPattern, parseLuaPattern } from '../lua-pattern.js';

/** The restrictions of a key (access.md §5), made ready to be compared with requests. */

/** Restrictions as the registry has them. */
export interface KeyFilterColumns {
  readonly whitelist: readonly string[] | null;
  readonly blacklist: readonly string[] | null;
  readonly userAgent: string | null;
  readonly referer: string | null;
}

/** Where a request comes from, and what it says of itself. */
export interface Sender {
  /** Of the client, behind the proxies that are believed. */
  readonly address: string;
  readonly userAgent: string | undefined;
  readonly referer: string | undefined;
}

/** Whether a request passes. */
export type KeyFilter = (sender: Sender) => boolean;

/** All criteria must hold; an address in both lists is refused, a header that is absent matches nothing. */
export function keyFilter(columns: KeyFilterColumns): KeyFilter {
  const whitelist = rangesOf(columns.whitelist);
  const blacklist = rangesOf(columns.blacklist);
  const userAgent = patternOf(columns.userAgent);
  const referer = patternOf(columns.referer);
  return (sender) =>
    (blacklist === null || !blacklist(sender.address)) &&
    (whitelist === null || whitelist(sender.address)) &&
    (referer === null || matches(referer, sender.referer)) &&
    (userAgent === null || matches(userAgent, sender.userAgent));
}

function matches(pattern: LuaPattern, text: string | undefined): boolean {
  return text !== undefined && matchesLuaPattern(pattern, text);
}

function patternOf(text: string | null): LuaPattern | null {
  return text === null || text === '' ? null : parseLuaPattern(text);
}

/** Whether an address lies in one of the ranges; `null` when there is no range. @param ranges normalised */
function rangesOf(ranges: readonly string[] | null): ((address: string) => boolean) | null {
  if (ranges === null || ranges.length === 0) return null;
  // One list per family: a list of both would let an IPv6 range cover IPv4 addresses in their mapped form.
  const [ipv4, ipv6] = [new BlockList(), new BlockList()];
  for (const range of ranges) {
    const [address = '', prefix] = range.split('/');
    const is4 = isIP(address) === 4;
    (is4 ? ipv4 : ipv6).addSubnet(address, Number(prefix ?? (is4 ? 32 : 128)), is4 ? 'ipv4' : 'ipv6');
  }
  return (address) => {
    const bare = plainAddress(address);
    const family = isIP(bare);
    return family === 4 ? ipv4.check(bare, 'ipv4') : family === 6 && ipv6.check(bare, 'ipv6');
  };
}
