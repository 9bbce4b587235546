import { normaliseIpRange } from './ip-ranges.js';
import { LuaPatternError, parseLuaPattern } from './lua-pattern.js';

/** What narrows the use of a key (access.md §5). Empty lists and patterns mean no restriction. */
export interface KeyRestrictions {
  readonly whitelist?: readonly string[] | undefined;
  readonly blacklist?: readonly string[] | undefined;
  readonly user_agent?: string | undefined;
  readonly referer?: string | undefined;
}

/** Columns of a key; what was not given is absent. */
interface RestrictionColumns {
  whitelist?: string[];
  blacklist?: string[];
  userAgent?: string | null;
  referer?: string | null;
}

/**
 * Checks and normalises restrictions.
 * @param faults gets a French sentence per problem
 */
export function readRestrictions(given: KeyRestrictions, faults: string[]): RestrictionColumns {
  const columns: RestrictionColumns = {};
  for (const name of ['whitelist', 'blacklist'] as const) {
    const list = given[name];
    if (list !== undefined) columns[name] = readRanges(name, list, faults);
  }
  if (given.user_agent !== undefined) columns.userAgent = readPattern('user_agent', given.user_agent, faults);
  if (given.referer !== undefined) columns.referer = readPattern('referer', given.referer, faults);
  return columns;
}

function readRanges(field: string, list: readonly string[], faults: string[]): string[] {
  const ranges = new Set<string>();
  for (const text of list) {
    const range = normaliseIpRange(text);
    if (range === null) {
      faults.push(
        `Le champ "${field}" contient "${text}", qui n'est ni une adresse IP ni une plage CIDR (IPv4 ou IPv6).`,
      );
    } else {
      ranges.add(range);
    }
  }
  return [...ranges];
}

function readPattern(field: string, pattern: string, faults: string[]): string | null {
  if (pattern === '') return null;
  try {
    parseLuaPattern(pattern);
  } catch (error) {
    if (!(error instanceof LuaPatternError)) throw error;
    faults.push(`Le champ "${field}" n'est pas un motif Lua valide : ${error.message}.`);
  }
  return pattern;
}
