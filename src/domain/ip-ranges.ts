import { isIP } from 'node:net';
import { LruMap } from '../render/lru-map.js';

/**
 * The address or CIDR range (v4 or v6) that a text names, written in one way: host bits cleared, lower case, zeros
 * shortened, IPv4 out of its IPv6 form, no prefix for a single address. `null` when it names none.
 */
export function normaliseIpRange(text: string): string | null {
  const [, address = '', length] = /^([0-9A-Fa-f.:]+)(?:\/(\d{1,3}))?$/.exec(text.trim()) ?? [];
  const version = isIP(address);
  if (version === 0) return null;
  const bits = version === 4 ? 32 : 128;
  const prefix = length === undefined ? bits : Number(length);
  if (prefix > bits) return null;
  const value = version === 4 ? parseIpv4(address) : parseIpv6(address);
  const isMapped = version === 6 && prefix >= 96 && value >> 32n === 0xffffn;
  return isMapped ? format(value & 0xffffffffn, 32, prefix - 96) : format(value, bits, prefix);
}

/** The address of a client, written in one way, without zone; as it is when it is none. */
export function plainAddress(address: string): string {
  const [bare = ''] = address.split('%', 1);
  return normaliseIpRange(bare) ?? bare;
}

/** What stands for a client when requests are counted: its IPv4 address, or its IPv6 network, all of it its own. */
export function clientNetwork(address: string): string {
  const known = networks.get(address);
  if (known !== undefined) return known;
  const plain = plainAddress(address);
  const network = isIP(plain) === 6 ? (normaliseIpRange(`${plain}/64`) ?? plain) : plain;
  networks.set(address, network);
  return network;
}

/** Those of clients seen lately: services ask at every request. */
const networks = new LruMap<string, string>(10_000);

function format(value: bigint, bits: 32 | 128, prefix: number): string {
  const hostBits = BigInt(bits - prefix);
  const network = (value >> hostBits) << hostBits;
  const address = bits === 32 ? formatIpv4(network) : formatIpv6(network);
  return prefix === bits ? address : `${address}/${prefix}`;
}

function parseIpv4(address: string): bigint {
  return address.split('.').reduce((value, byte) => (value << 8n) | BigInt(byte), 0n);
}

function formatIpv4(value: bigint): string {
  return [24n, 16n, 8n, 0n].map((shift) => String((value >> shift) & 0xffn)).join('.');
}

function parseIpv6(address: string): bigint {
  const [head = '', tail] = canonicalIpv6(address).split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = Array.from({ length: 8 - left.length - right.length }, () => '0');
  return [...left, ...zeros, ...right].reduce((value, group) => (value << 16n) | BigInt(`0x${group}`), 0n);
}

function formatIpv6(value: bigint): string {
  const groups = Array.from({ length: 8 }, (_, index) => ((value >> BigInt(112 - 16 * index)) & 0xffffn).toString(16));
  return canonicalIpv6(groups.join(':'));
}

/** The URL standard writes IPv6 addresses in one way, without dotted parts. */
function canonicalIpv6(address: string): string {
  return new URL(`http://[${address}]`).hostname.slice(1, -1);
}
