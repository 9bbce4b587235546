import { type HttpMethod, PLATFORM_OPERATIONS } from './operations.js';

const BY_PATH = new Map<string, HttpMethod[]>();
for (const [method, path] of PLATFORM_OPERATIONS) BY_PATH.set(path, [...(BY_PATH.get(path) ?? []), method]);

const PATTERNS = [...BY_PATH].map(([path, methods]) => ({
  pattern: new RegExp(`^${path.replaceAll(/\{\w+\}/g, '[^/]+').replaceAll('.', '\\.')}/?$`),
  literals: path.split('/').filter((part) => part !== '' && !part.startsWith('{')).length,
  methods,
}));

/**
 * The methods the platform has on a path (`/datastores/…`, below `/api`); empty when the path is
 * unknown. Of several patterns the most literal one wins, as in the router.
 */
export function allowedMethods(path: string): readonly HttpMethod[] {
  const found = PATTERNS.filter(({ pattern }) => pattern.test(path));
  found.sort((a, b) => b.literals - a.literals);
  return found[0]?.methods ?? [];
}
