import type { GeographicBox } from '../../geo/bbox.js';
import { type Html, markup } from '../../html.js';

/** Where the extent of a record is: a small drawing, without anything from elsewhere. */

const WIDTH = 360;
const HEIGHT = 240;

/** Outlines that help to find one's way in metropolitan France: longitudes and latitudes, drawn by eye. */
const OUTLINES: readonly (readonly number[])[] = [
  [
    2.5, 51.1, 4.2, 49.9, 6.1, 49.5, 8.2, 49, 7.6, 47.6, 6.1, 46.4, 6.9, 45.9, 7, 45.2, 6.7, 44.2, 7.5, 43.8, 6.2, 43,
    4.9, 43.4, 3.1, 43.1, 3.2, 42.4, 0.7, 42.8, -1.8, 43.4, -1.2, 44.7, -1.1, 46, -2.1, 47.1, -4.4, 47.8, -4.8, 48.4,
    -3.1, 48.9, -1.6, 48.7, -1.9, 49.7, 0.2, 49.6, 1.6, 50.9,
  ],
  [9.4, 43, 9.5, 42.1, 9.2, 41.4, 8.6, 42, 8.7, 42.6],
];

/** @param boxes at least one; one across the antimeridian is drawn as far as the edge of the map */
export function extentMap(boxes: readonly GeographicBox[]): Html {
  const frame = frameOf(boxes);
  const x = (longitude: number): number => round(((longitude - frame.west) / (frame.east - frame.west)) * WIDTH);
  const y = (latitude: number): number => round(((frame.north - latitude) / (frame.north - frame.south)) * HEIGHT);
  const step = stepOf(frame);
  const meridians = multiples(frame.west, frame.east, step);
  const parallels = multiples(frame.south, frame.north, step);
  return markup`<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}" role="img" aria-labelledby="emprise">
      <title id="emprise">Emprise : ${boxes.map(describe).join(' ; ')}</title>
      <rect width="${WIDTH}" height="${HEIGHT}" fill="#eaf2fb" />
      ${OUTLINES.map((outline) => markup`<polygon points="${points(outline, x, y)}" fill="#f7f3e3" stroke="#b9ae8d" />`)}
      ${meridians.map((at) => markup`<line x1="${x(at)}" x2="${x(at)}" y1="0" y2="${HEIGHT}" stroke="#c4cfdd" /><text x="${x(at) + 2}" y="${HEIGHT - 3}" font-size="9" fill="#555">${at}°</text>`)}
      ${parallels.map((at) => markup`<line x1="0" x2="${WIDTH}" y1="${y(at)}" y2="${y(at)}" stroke="#c4cfdd" /><text x="2" y="${y(at) - 2}" font-size="9" fill="#555">${at}°</text>`)}
      ${boxes.flatMap(halves).map((box) => rectangle(box, x, y))}
    </svg>`;
}

function rectangle({ west, south, east, north }: GeographicBox, x: Scale, y: Scale): Html {
  const width = Math.max(2, x(east) - x(west));
  const height = Math.max(2, y(south) - y(north));
  return markup`<rect x="${x(west)}" y="${y(north)}" width="${round(width)}" height="${round(height)}" fill="#000091" fill-opacity="0.2" stroke="#000091" stroke-width="2" />`;
}

type Scale = (degrees: number) => number;

/** The box in words: decimals as written, points of the compass. */
export function describe({ west, south, east, north }: GeographicBox): string {
  return `ouest ${west}°, sud ${south}°, est ${east}°, nord ${north}°`;
}

/** All the boxes with room around them, at least four degrees, in the proportions of the drawing. */
function frameOf(boxes: readonly GeographicBox[]): GeographicBox {
  const parts = boxes.flatMap(halves);
  const west = Math.min(...parts.map((box) => box.west));
  const east = Math.max(...parts.map((box) => box.east));
  const south = Math.min(...parts.map((box) => box.south));
  const north = Math.max(...parts.map((box) => box.north));
  const half = Math.max((east - west) * 0.7, (north - south) * 0.7 * (WIDTH / HEIGHT), 3);
  const [longitude, latitude] = [(west + east) / 2, (south + north) / 2];
  const tall = half * (HEIGHT / WIDTH);
  return { west: longitude - half, east: longitude + half, south: latitude - tall, north: latitude + tall };
}

function halves(box: GeographicBox): GeographicBox[] {
  if (box.west <= box.east) return [box];
  return [
    { ...box, east: 180 },
    { ...box, west: -180 },
  ];
}

function stepOf({ west, east }: GeographicBox): number {
  return [1, 2, 5, 10, 20, 45].find((step) => (east - west) / step <= 8) ?? 90;
}

function multiples(from: number, to: number, step: number): number[] {
  const first = Math.ceil(from / step);
  return Array.from({ length: Math.max(0, Math.floor(to / step) - first + 1) }, (_, i) => (first + i) * step);
}

function points(outline: readonly number[], x: Scale, y: Scale): string {
  const pairs: string[] = [];
  for (let i = 0; i + 1 < outline.length; i += 2) pairs.push(`${x(outline[i] ?? 0)},${y(outline[i + 1] ?? 0)}`);
  return pairs.join(' ');
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
