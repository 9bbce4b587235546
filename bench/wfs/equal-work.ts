import { childrenNamed, readXml, type ReadElement } from '../../src/ogc/xml.js';

/** Pages of both sides, brought to one form: features by id with their attributes and coordinates. */

export interface PageFeature {
  readonly id: string;
  readonly attributes: readonly string[];
  readonly coordinates: readonly number[];
}

/** Attributes compared, in this order. */
const ATTRIBUTES = ['code', 'classe', 'surface', 'releve'] as const;

const LIMITS = { maxLength: 100_000_000, maxDepth: 100, maxElements: 10_000_000 };

/** Reads a GeoJSON page. */
export function readGeojson(text: string): PageFeature[] {
  const { features } = JSON.parse(text) as {
    features: { id?: string; geometry: { coordinates: unknown[] }; properties: Record<string, string | number> }[];
  };
  return features.map(({ id = '', geometry, properties }) => ({
    id: keyOf(id),
    attributes: ATTRIBUTES.map((name) => normalize(String(properties[name]))),
    coordinates: geometry.coordinates.flat(Infinity) as number[],
  }));
}

/** Reads a GML page. */
export function readGml(text: string): PageFeature[] {
  return childrenNamed(readXml(text, LIMITS), 'member').flatMap(({ children }) =>
    children.map((feature) => ({
      id: keyOf(feature.attributes['id'] ?? ''),
      attributes: ATTRIBUTES.map((name) => normalize(textOf(feature, name))),
      coordinates: find(feature, 'posList').flatMap((list) => list.text.trim().split(/\s+/).map(Number)),
    })),
  );
}

/** `habitats.12` is 12. */
const keyOf = (id: string): string => id.slice(id.lastIndexOf('.') + 1);

/** `2001/02/03` and `2001-02-03` are one day; `1.50` and `1.5` are one number. */
function normalize(text: string): string {
  const number = Number(text);
  return Number.isNaN(number) ? text.replaceAll('/', '-') : String(number);
}

function textOf(feature: ReadElement, name: string): string {
  return feature.children.find((property) => property.name === name)?.text ?? '';
}

function find(element: ReadElement, name: string): ReadElement[] {
  return element.children.flatMap((child) => (child.name === name ? [child] : find(child, name)));
}

/** @throws Error naming the first feature that differs */
export function assertSamePage(ours: readonly PageFeature[], theirs: readonly PageFeature[], expected: number): void {
  if (ours.length !== expected || theirs.length !== expected) {
    throw new Error(`pages of ${ours.length} and ${theirs.length} features where ${expected} are wanted`);
  }
  for (const [index, feature] of ours.entries()) {
    const other = theirs[index];
    const same =
      other !== undefined &&
      // GeoJSON of MapServer has no id: the order, by key on both sides, stands for it.
      (other.id === feature.id || other.id === '') &&
      feature.attributes.every((value, i) => value === other.attributes[i]) &&
      feature.coordinates.length === other.coordinates.length &&
      feature.coordinates.every((value, i) => Math.abs(value - (other.coordinates[i] ?? NaN)) < 1e-6);
    if (!same) throw new Error(`feature ${feature.id} differs:\n${JSON.stringify(feature)}\n${JSON.stringify(other)}`);
  }
}
