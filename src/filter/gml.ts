import { child, childrenNamed, type ReadElement } from '../ogc/xml.js';
import { parseFiniteNumber, type Bbox } from '../geo/bbox.js';
import { parseCrs, type Crs } from '../geo/crs.js';
import { boxGeometry, checkLine, checkRing, type Geometry, type Position } from './geometry.js';
import { FilterError } from './model.js';

/**
 * GML geometries of filters: versions 2.1 (`coordinates`, `outerBoundaryIs`, `Box`) and 3.x (`pos`, `posList`,
 * `exterior`, `Envelope`, curves and surfaces made of straight segments). Namespaces are not looked at.
 */

/** A geometry with the CRS it names; ordinates stay in the order written. */
export interface GmlGeometry {
  readonly geometry: Geometry;
  readonly crs: Crs | null;
}

const GEOMETRY_NAMES = new Set([
  'Point',
  'LineString',
  'LinearRing',
  'Curve',
  'Polygon',
  'Surface',
  'MultiPoint',
  'MultiLineString',
  'MultiCurve',
  'MultiPolygon',
  'MultiSurface',
  'MultiGeometry',
  'Envelope',
  'Box',
]);

/** Whether the element is a geometry or an envelope. */
export function isGmlGeometry(element: ReadElement): boolean {
  return GEOMETRY_NAMES.has(element.name);
}

/**
 * Reads a geometry or an envelope (as a polygon).
 * @throws FilterError, UnknownCrsError
 */
export function readGml(element: ReadElement): GmlGeometry {
  return { geometry: readGeometry(element, 2), crs: readSrsName(element) };
}

/**
 * Reads an `Envelope` or a GML 2 `Box`.
 * @throws FilterError for any other element, UnknownCrsError
 */
export function readGmlBox(element: ReadElement): { readonly box: Bbox; readonly crs: Crs | null } {
  if (element.name !== 'Envelope' && element.name !== 'Box')
    throw new FilterError('unsupported', `${element.name} cannot be used where an Envelope is expected`);
  return { box: readEnvelope(element, readDimension(element, 2)), crs: readSrsName(element) };
}

/** The first `srsName` met going down: clients put it on the geometry, or on its members only. */
function readSrsName(element: ReadElement): Crs | null {
  const name = element.attributes['srsName'];
  if (name !== undefined && name !== '') return parseCrs(name);
  for (const member of element.children) {
    const crs = readSrsName(member);
    if (crs !== null) return crs;
  }
  return null;
}

function readGeometry(element: ReadElement, inherited: number): Geometry {
  const dimension = readDimension(element, inherited);
  switch (element.name) {
    case 'Point': {
      const [position, ...others] = readPositions(element, dimension);
      if (position === undefined || others.length > 0) throw fault('A Point has one position');
      return { type: 'Point', coordinates: position };
    }
    case 'LineString':
    case 'LinearRing':
    case 'Curve':
      return { type: 'LineString', coordinates: readCurve(element, dimension) };
    case 'Polygon':
    case 'Surface': {
      const polygons = readSurface(element, dimension);
      const [only] = polygons;
      if (polygons.length === 1 && only !== undefined) return { type: 'Polygon', coordinates: only };
      return { type: 'MultiPolygon', coordinates: polygons };
    }
    case 'MultiPoint':
      return {
        type: 'MultiPoint',
        coordinates: members(element).flatMap((member) => readPositions(member, readDimension(member, dimension))),
      };
    case 'MultiLineString':
    case 'MultiCurve':
      return {
        type: 'MultiLineString',
        coordinates: members(element).map((member) => readCurve(member, readDimension(member, dimension))),
      };
    case 'MultiPolygon':
    case 'MultiSurface':
      return {
        type: 'MultiPolygon',
        coordinates: members(element).flatMap((member) => readSurface(member, readDimension(member, dimension))),
      };
    case 'MultiGeometry':
      return {
        type: 'GeometryCollection',
        geometries: members(element).map((member) => readGeometry(member, dimension)),
      };
    case 'Envelope':
    case 'Box':
      return boxGeometry(readEnvelope(element, dimension));
    default:
      throw new FilterError('unsupported', `The geometry ${element.name} is not supported`);
  }
}

/** The geometries inside `pointMember`, `surfaceMembers`… whichever way they are wrapped. */
function members(element: ReadElement): ReadElement[] {
  const found = element.children
    .filter((wrapper) => /members?$/i.test(wrapper.name))
    .flatMap((wrapper) => wrapper.children);
  if (found.length === 0) throw fault(`${element.name} has no member`);
  return found;
}

function readCurve(element: ReadElement, dimension: number): readonly Position[] {
  if (element.name !== 'Curve') return checkLine(readPositions(element, dimension));
  const segments = child(element, 'segments')?.children ?? [];
  const positions: Position[] = [];
  for (const segment of segments) {
    if (segment.name !== 'LineStringSegment')
      throw new FilterError('unsupported', `The segment ${segment.name} is not supported`);
    // A segment starts where the one before ended.
    positions.push(...readPositions(segment, readDimension(segment, dimension)).slice(positions.length > 0 ? 1 : 0));
  }
  return checkLine(positions);
}

function readSurface(element: ReadElement, dimension: number): (readonly (readonly Position[])[])[] {
  if (element.name === 'Polygon' || element.name === 'PolygonPatch') return [readRings(element, dimension)];
  const patches = child(element, 'patches')?.children ?? [];
  if (element.name !== 'Surface' || patches.length === 0) throw fault(`${element.name} holds no polygon`);
  return patches.flatMap((patch) => readSurface(patch, readDimension(patch, dimension)));
}

function readRings(polygon: ReadElement, dimension: number): (readonly Position[])[] {
  const exterior = child(polygon, 'exterior') ?? child(polygon, 'outerBoundaryIs');
  if (exterior === undefined) throw fault('A Polygon needs an exterior ring');
  const interiors = [...childrenNamed(polygon, 'interior'), ...childrenNamed(polygon, 'innerBoundaryIs')];
  return [exterior, ...interiors].map((boundary) => {
    const ring = child(boundary, 'LinearRing');
    if (ring === undefined) throw fault(`${boundary.name} needs a LinearRing`);
    return checkRing(readPositions(ring, readDimension(ring, dimension)));
  });
}

function readEnvelope(element: ReadElement, dimension: number): Bbox {
  const corners = ['lowerCorner', 'upperCorner'].map((name) => child(element, name));
  const [lower, upper] = corners.every((corner) => corner !== undefined)
    ? corners.flatMap((corner) => splitPositions(readNumbers(corner.text), dimension))
    : readPositions(element, dimension);
  if (lower === undefined || upper === undefined) throw fault(`${element.name} needs two corners`);
  if (lower[0] > upper[0] || lower[1] > upper[1]) throw fault('the lower corner is beyond the upper corner');
  return { minX: lower[0], minY: lower[1], maxX: upper[0], maxY: upper[1] };
}

function readDimension(element: ReadElement, inherited: number): number {
  const text = element.attributes['srsDimension'] ?? element.attributes['dimension'];
  if (text === undefined) return inherited;
  if (text !== '2' && text !== '3') throw fault(`srsDimension ${text} is not supported`);
  return Number(text);
}

/** All positions directly inside: `pos`, `posList`, `coordinates`, `coord`, `pointProperty`. */
function readPositions(element: ReadElement, dimension: number): Position[] {
  return element.children.flatMap((part): Position[] => {
    switch (part.name) {
      case 'pos':
        // One position whatever its length: 2D and 3D `pos` come without srsDimension.
        return splitPositions(readNumbers(part.text), readNumbers(part.text).length);
      case 'posList':
        return splitPositions(readNumbers(part.text), readDimension(part, dimension));
      case 'coordinates':
        return readCoordinates(part);
      case 'coord':
        return splitPositions(readNumbers(['X', 'Y'].map((axis) => child(part, axis)?.text ?? '').join(' ')), 2);
      case 'pointProperty':
      case 'pointRep':
        return part.children.flatMap((point) => readPositions(point, dimension));
      default:
        return [];
    }
  });
}

/** GML 2 `coordinates`, with its own separators: `1,2 3,4` by default. */
function readCoordinates(element: ReadElement): Position[] {
  const between = element.attributes['cs'] ?? ',';
  const after = element.attributes['ts'] ?? ' ';
  const decimal = element.attributes['decimal'] ?? '.';
  const tuples = element.text.split(after === ' ' ? /\s+/ : after).filter((tuple) => tuple.trim() !== '');
  return tuples.flatMap((tuple) => {
    const numbers = tuple.split(between).map((text) => toNumber(decimal === '.' ? text : text.replace(decimal, '.')));
    return splitPositions(numbers, numbers.length);
  });
}

const readNumbers = (text: string): number[] => text.split(/\s+/).filter(Boolean).map(toNumber);

function toNumber(text: string): number {
  const value = parseFiniteNumber(text);
  if (value === null) throw fault(`'${text}' is not a coordinate`);
  return value;
}

function splitPositions(numbers: readonly number[], dimension: number): Position[] {
  if (dimension < 2 || dimension > 3 || numbers.length === 0 || numbers.length % dimension !== 0)
    throw fault(`${numbers.length} ordinates do not make positions of ${dimension}`);
  const positions: Position[] = [];
  for (let i = 0; i < numbers.length; i += dimension) positions.push([numbers[i] ?? NaN, numbers[i + 1] ?? NaN]);
  return positions;
}

function fault(message: string): FilterError {
  return new FilterError('syntax', message);
}
