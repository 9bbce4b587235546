import type { MarkShape } from '../ogc/sld/model.js';

/**
 * Marks as SVG files, since Mapnik has only the ellipse built in. Shapes are drawn on a square of
 * {@link MARK_UNITS}, y downwards, and scaled by the symbolizer.
 */

/** Side of the square the shapes are drawn on. */
export const MARK_UNITS = 100;

type Point = readonly [number, number];

/** Turns a shape about the centre of the square, degrees clockwise. */
function turn(points: readonly Point[], degrees: number): Point[] {
  const angle = (degrees * Math.PI) / 180;
  return points.map(([x, y]) => [
    50 + (x - 50) * Math.cos(angle) - (y - 50) * Math.sin(angle),
    50 + (x - 50) * Math.sin(angle) + (y - 50) * Math.cos(angle),
  ]);
}

/** A plus sign whose arms are a quarter of the square wide. */
const CROSS: readonly Point[] = [
  [37.5, 0],
  [62.5, 0],
  [62.5, 37.5],
  [100, 37.5],
  [100, 62.5],
  [62.5, 62.5],
  [62.5, 100],
  [37.5, 100],
  [37.5, 62.5],
  [0, 62.5],
  [0, 37.5],
  [37.5, 37.5],
];

/** Five points on the circle, and the corners of the inner pentagon between them. */
const STAR: readonly Point[] = Array.from({ length: 10 }, (_, i): Point => {
  const radius = i % 2 === 0 ? 50 : 50 * 0.381966;
  const angle = (i * Math.PI) / 5;
  return [50 + radius * Math.sin(angle), 50 - radius * Math.cos(angle)];
});

/** Corners of every mark that is a polygon. */
const OUTLINES: Readonly<Record<Exclude<MarkShape, 'circle'>, readonly Point[]>> = {
  square: [
    [0, 0],
    [100, 0],
    [100, 100],
    [0, 100],
  ],
  triangle: [
    [50, 0],
    [100, 100],
    [0, 100],
  ],
  diamond: [
    [50, 0],
    [100, 50],
    [50, 100],
    [0, 50],
  ],
  star: STAR,
  cross: CROSS,
  x: turn(CROSS, 45),
};

/** File names with their contents: what the renderer's folder of marks must hold. */
export function markFiles(): Map<string, string> {
  return new Map(Object.entries(OUTLINES).map(([shape, points]) => [`${shape}.svg`, toSvg(points)]));
}

/** Path of a mark's file, `null` for the circle, which needs none. */
export function markFile(folder: string, shape: MarkShape): string | null {
  return shape === 'circle' ? null : `${folder}/${shape}.svg`;
}

function toSvg(points: readonly Point[]): string {
  const path = points.map(([x, y]) => `${round(x)} ${round(y)}`).join('L');
  const size = `width="${MARK_UNITS}" height="${MARK_UNITS}" viewBox="0 0 ${MARK_UNITS} ${MARK_UNITS}"`;
  return `<svg xmlns="http://www.w3.org/2000/svg" ${size}><path d="M${path}Z"/></svg>\n`;
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}
