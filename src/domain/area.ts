import { boxGeometry, type Geometry, readWkt, toWkt } from '../filter/geometry.js';
import { FilterError } from '../filter/model.js';
import { TokenCursor, tokenize } from '../filter/tokens.js';
import type { GeographicBox } from '../geo/bbox.js';

/** Areas that producers give to processings: WKT polygons in EPSG:4326, longitude first (lifecycle §4.8, §4.9). */

const MAX_CHARACTERS = 200_000;

/** An area and the box around it. */
export interface Area {
  /** WKT in EPSG:4326, longitude first, in two dimensions. */
  readonly wkt: string;
  readonly box: GeographicBox;
}

/** Raised with the French sentence of what is wrong with an area. */
export class AreaError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'AreaError';
  }
}

/**
 * Reads an area.
 * @param field name of the parameter, for the message
 * @throws AreaError
 */
export function readArea(text: string, field: string): Area {
  if (text.length > MAX_CHARACTERS)
    throw new AreaError(`Le paramètre "${field}" dépasse ${MAX_CHARACTERS} caractères.`);
  const geometry = parse(text, field);
  if (geometry.type !== 'Polygon' && geometry.type !== 'MultiPolygon') {
    throw new AreaError(`Le paramètre "${field}" doit être un WKT de type POLYGON ou MULTIPOLYGON.`);
  }
  const positions = geometry.coordinates.flat(geometry.type === 'Polygon' ? 1 : 2) as unknown as [number, number][];
  if (positions.some(([x, y]) => Math.abs(x) > 180 || Math.abs(y) > 90)) {
    throw new AreaError(`Le paramètre "${field}" sort des limites de la longitude (±180) ou de la latitude (±90).`);
  }
  const xs = positions.map(([x]) => x);
  const ys = positions.map(([, y]) => y);
  const least = (values: readonly number[]) => values.reduce((a, b) => Math.min(a, b));
  const most = (values: readonly number[]) => values.reduce((a, b) => Math.max(a, b));
  return { wkt: toWkt(geometry), box: { west: least(xs), south: least(ys), east: most(xs), north: most(ys) } };
}

function parse(text: string, field: string): Geometry {
  try {
    const cursor = new TokenCursor(tokenize(text));
    const geometry = readWkt(cursor);
    if (cursor.current.type !== 'end') cursor.fail('nothing more is expected');
    return geometry;
  } catch (error) {
    if (!(error instanceof FilterError)) throw error;
    throw new AreaError(`Le paramètre "${field}" n'est pas un WKT lisible.`);
  }
}

/** The rectangle as an area. */
export function areaOfBox(box: GeographicBox): Area {
  const { west, south, east, north } = box;
  return { wkt: toWkt(boxGeometry({ minX: west, minY: south, maxX: east, maxY: north })), box };
}
