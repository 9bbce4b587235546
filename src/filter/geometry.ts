import { parseFiniteNumber, type Bbox } from '../geo/bbox.js';
import { FilterError } from './model.js';
import type { TokenCursor } from './tokens.js';

/**
 * Geometries of filters: two-dimensional, read from WKT or GML, written as WKT for PostGIS.
 * Everything that PostGIS would refuse (open rings, too few points) is refused here, with a message.
 */

/** First and second ordinate, in the order written by the client. */
export type Position = readonly [number, number];

export type Geometry =
  | { readonly type: 'Point'; readonly coordinates: Position }
  | { readonly type: 'LineString' | 'MultiPoint'; readonly coordinates: readonly Position[] }
  | { readonly type: 'Polygon' | 'MultiLineString'; readonly coordinates: readonly (readonly Position[])[] }
  | { readonly type: 'MultiPolygon'; readonly coordinates: readonly (readonly (readonly Position[])[])[] }
  | { readonly type: 'GeometryCollection'; readonly geometries: readonly Geometry[] };

/** Exchanges the ordinates of every position. */
export function flipGeometry(geometry: Geometry): Geometry {
  switch (geometry.type) {
    case 'Point':
      return { type: 'Point', coordinates: flip(geometry.coordinates) };
    case 'LineString':
    case 'MultiPoint':
      return { type: geometry.type, coordinates: geometry.coordinates.map(flip) };
    case 'Polygon':
    case 'MultiLineString':
      return { type: geometry.type, coordinates: geometry.coordinates.map((line) => line.map(flip)) };
    case 'MultiPolygon':
      return {
        type: 'MultiPolygon',
        coordinates: geometry.coordinates.map((polygon) => polygon.map((ring) => ring.map(flip))),
      };
    case 'GeometryCollection':
      return { type: 'GeometryCollection', geometries: geometry.geometries.map(flipGeometry) };
  }
}

function flip([a, b]: Position): Position {
  return [b, a];
}

/** Writes WKT with every digit of the numbers. */
export function toWkt(geometry: Geometry): string {
  switch (geometry.type) {
    case 'Point':
      return `POINT(${position(geometry.coordinates)})`;
    case 'LineString':
    case 'MultiPoint':
      return `${geometry.type.toUpperCase()}${line(geometry.coordinates)}`;
    case 'Polygon':
    case 'MultiLineString':
      return `${geometry.type.toUpperCase()}(${geometry.coordinates.map(line).join(',')})`;
    case 'MultiPolygon':
      return `MULTIPOLYGON(${geometry.coordinates.map((rings) => `(${rings.map(line).join(',')})`).join(',')})`;
    case 'GeometryCollection':
      return `GEOMETRYCOLLECTION(${geometry.geometries.map(toWkt).join(',')})`;
  }
}

const position = ([a, b]: Position): string => `${a} ${b}`;
const line = (positions: readonly Position[]): string => `(${positions.map(position).join(',')})`;

/** The box as a polygon, or as the line or point it shrinks to: a polygon without area is invalid. */
export function boxGeometry({ minX, minY, maxX, maxY }: Bbox): Geometry {
  if (minX === maxX && minY === maxY) return { type: 'Point', coordinates: [minX, minY] };
  if (minX === maxX || minY === maxY) {
    return {
      type: 'LineString',
      coordinates: [
        [minX, minY],
        [maxX, maxY],
      ],
    };
  }
  return {
    type: 'Polygon',
    coordinates: [
      [
        [minX, minY],
        [minX, maxY],
        [maxX, maxY],
        [maxX, minY],
        [minX, minY],
      ],
    ],
  };
}

/** A line of at least two positions. @throws FilterError */
export function checkLine(positions: readonly Position[]): readonly Position[] {
  if (positions.length < 2) throw new FilterError('syntax', 'A LineString needs at least two positions');
  return positions;
}

/** A ring: closed, at least four positions. @throws FilterError */
export function checkRing(positions: readonly Position[]): readonly Position[] {
  const [first, last] = [positions[0], positions.at(-1)];
  if (positions.length < 4) throw new FilterError('syntax', 'A LinearRing needs at least four positions');
  if (first === undefined || last === undefined || first[0] !== last[0] || first[1] !== last[1])
    throw new FilterError('syntax', 'Points of LinearRing do not form a closed linestring');
  return positions;
}

const MAX_COLLECTION_DEPTH = 10;
const WKT_TYPES = new Set([
  'POINT',
  'LINESTRING',
  'POLYGON',
  'MULTIPOINT',
  'MULTILINESTRING',
  'MULTIPOLYGON',
  'GEOMETRYCOLLECTION',
  'ENVELOPE',
]);

/**
 * Reads a WKT geometry; third and fourth ordinates are dropped.
 * @throws FilterError
 */
export function readWkt(tokens: TokenCursor, depth = 0): Geometry {
  if (depth > MAX_COLLECTION_DEPTH) throw new FilterError('too-complex', 'Geometry collections are nested too deeply');
  if (tokens.current.type !== 'word') tokens.fail('a geometry is expected');
  const type = tokens.current.text.toUpperCase();
  if (!WKT_TYPES.has(type)) tokens.fail('a geometry type is expected');
  tokens.step();
  for (const word of ['Z', 'M', 'ZM']) if (tokens.takeWord(word)) break;
  if (tokens.takeWord('EMPTY')) throw new FilterError('unsupported', 'Empty geometries are not supported');
  switch (type) {
    case 'POINT':
      return { type: 'Point', coordinates: readParenthesised(tokens) };
    case 'LINESTRING':
      return { type: 'LineString', coordinates: checkLine(readLine(tokens)) };
    case 'MULTIPOINT':
      return { type: 'MultiPoint', coordinates: readList(tokens, readMember) };
    case 'POLYGON':
      return { type: 'Polygon', coordinates: readRings(tokens) };
    case 'MULTILINESTRING':
      return { type: 'MultiLineString', coordinates: readList(tokens, (t) => checkLine(readLine(t))) };
    case 'MULTIPOLYGON':
      return { type: 'MultiPolygon', coordinates: readList(tokens, readRings) };
    case 'GEOMETRYCOLLECTION':
      return { type: 'GeometryCollection', geometries: readList(tokens, (t) => readWkt(t, depth + 1)) };
    default:
      return readEnvelope(tokens);
  }
}

function readList<T>(tokens: TokenCursor, read: (tokens: TokenCursor) => T): T[] {
  tokens.expect('(');
  const items = [read(tokens)];
  while (tokens.take(',')) items.push(read(tokens));
  tokens.expect(')');
  return items;
}

const readLine = (tokens: TokenCursor): Position[] => readList(tokens, readPosition);
const readRings = (tokens: TokenCursor): (readonly Position[])[] => readList(tokens, (t) => checkRing(readLine(t)));

function readParenthesised(tokens: TokenCursor): Position {
  tokens.expect('(');
  const read = readPosition(tokens);
  tokens.expect(')');
  return read;
}

/** A member of a MULTIPOINT: `1 2` or `(1 2)`. */
function readMember(tokens: TokenCursor): Position {
  if (!tokens.take('(')) return readPosition(tokens);
  const read = readPosition(tokens);
  tokens.expect(')');
  return read;
}

function readPosition(tokens: TokenCursor): Position {
  const read: Position = [readOrdinate(tokens), readOrdinate(tokens)];
  for (let extra = 0; extra < 2 && tokens.takeNumber() !== null;) extra += 1;
  return read;
}

function readOrdinate(tokens: TokenCursor): number {
  const text = tokens.takeNumber();
  const value = text === null ? null : parseFiniteNumber(text);
  return value ?? tokens.fail('a coordinate is expected');
}

/** `ENVELOPE(minX, maxX, minY, maxY)`, an ECQL extension to WKT. */
function readEnvelope(tokens: TokenCursor): Geometry {
  const [minX, maxX, minY, maxY, ...rest] = readList(tokens, readOrdinate);
  if (minX === undefined || maxX === undefined || minY === undefined || maxY === undefined || rest.length > 0)
    return tokens.fail('ENVELOPE takes four numbers');
  if (minX > maxX || minY > maxY) return tokens.fail('ENVELOPE takes minimum then maximum of each axis');
  return boxGeometry({ minX, minY, maxX, maxY });
}
