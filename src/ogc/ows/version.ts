import { OwsException } from './exceptions.js';
import { splitList } from './kvp.js';

/**
 * Chooses the version of a GetCapabilities answer (OWS Common 1.1 §7.3.2 and annex D.11).
 *
 * `ACCEPTVERSIONS` is a list by preference, of which one must be supported. A plain `VERSION` is only a wish: the
 * nearest version that is not newer, else the oldest.
 * @param supported newest first, at least one
 * @throws OwsException VersionNegotiationFailed
 */
export function negotiateVersion(
  wish: { readonly version?: string | undefined; readonly acceptVersions?: string | undefined },
  supported: readonly [string, ...string[]],
): string {
  const accepted = splitList(wish.acceptVersions);
  if (accepted.length > 0) {
    const found = accepted.find((version) => supported.includes(version));
    if (found !== undefined) return found;
    throw new OwsException(
      'VersionNegotiationFailed',
      `None of the versions ${accepted.join(', ')} is supported; supported: ${supported.join(', ')}`,
      'AcceptVersions',
    );
  }
  const { version } = wish;
  if (version === undefined) return supported[0];
  return supported.find((candidate) => compareVersions(candidate, version) <= 0) ?? supported.at(-1) ?? supported[0];
}

/** Compares `x.y.z` numbers; parts that are missing or no numbers count as 0. */
function compareVersions(a: string, b: string): number {
  const [first, second] = [a, b].map((version) => version.split('.').map((part) => Number.parseInt(part, 10) || 0));
  for (let i = 0; i < 3; i += 1) {
    const difference = (first?.[i] ?? 0) - (second?.[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
