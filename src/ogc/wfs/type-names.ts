import { splitList, type Kvp } from '../ows/kvp.js';
import { unknownFeatureType } from './exceptions.js';
import { namespaceUri, qualifiedName, type FeatureType } from './model.js';

/** Names of feature types in requests, and the types they stand for. */

/** A name as written, with the namespace its prefix was bound to in the request, if it was. */
export interface TypeName {
  readonly text: string;
  readonly namespace: string | null;
}

/**
 * Reads `typeNames` (2.0) or `typeName` (1.x), with the bindings of `namespaces` or `namespace`.
 * Parentheses, which separate queries, are dropped.
 */
export function readTypeNames(kvp: Kvp): TypeName[] {
  const namespaces = readNamespaces(kvp.first('namespaces', 'namespace'));
  const names = splitList(
    kvp
      .first('typeNames', 'typeName')
      ?.replace(/\)\s*\(/g, ',')
      .replace(/[()]/g, ''),
  );
  return [...new Set(names)].map((text) => {
    const colon = text.indexOf(':');
    return { text, namespace: colon === -1 ? null : (namespaces.get(text.slice(0, colon)) ?? null) };
  });
}

/** `xmlns(p,uri)` of 2.0 or `xmlns(p=uri)` of 1.1, several joined by commas. */
function readNamespaces(value: string | undefined): Map<string, string> {
  const found = new Map<string, string>();
  for (const [, prefix = '', uri = ''] of (value ?? '').matchAll(/xmlns\(([^,=()]+)[,=]([^)]*)\)/g)) {
    found.set(prefix.trim(), uri.trim());
  }
  return found;
}

/** As {@link findTypeName}. @throws OwsException for a name that stands for none */
export function resolveTypeName(name: TypeName, types: readonly FeatureType[]): FeatureType {
  const type = findTypeName(name, types);
  if (type === undefined) throw unknownFeatureType(name.text);
  return type;
}

/**
 * Finds the feature type a name stands for: by its qualified name, by the namespace its prefix is bound to, or, without
 * a prefix, by its local name when only one type has it.
 */
export function findTypeName(name: TypeName, types: readonly FeatureType[]): FeatureType | undefined {
  const exact = types.find((type) => qualifiedName(type) === name.text);
  if (exact !== undefined) return exact;
  const colon = name.text.indexOf(':');
  const local = name.text.slice(colon + 1);
  const candidates = types.filter(
    (type) =>
      type.name === local && (colon === -1 || (name.namespace !== null && namespaceUri(type) === name.namespace)),
  );
  return candidates.length === 1 ? candidates[0] : undefined;
}

/** The feature types that ids may belong to: those whose name comes before the last dot that fits. */
export function typesOfIds(ids: readonly string[], types: readonly FeatureType[]): FeatureType[] {
  return types.filter((type) => ids.some((id) => id.startsWith(`${type.name}.`)));
}
