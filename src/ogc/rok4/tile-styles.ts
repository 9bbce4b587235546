import type { PyramidLayer } from './layer.js';
import type { Rok4Style, StylePalette } from './style-model.js';

/** Styles of tiles, which are sent without being decoded: maps have the others (spec diffusion §6.2 and §6.5). */

/** The palette in which tiles are drawn; `undefined`: as they are stored. Only PNG of one channel take one. */
export function tilePalette({ pixels }: PyramidLayer, style: Rok4Style | null): StylePalette | undefined {
  const takesPalette = pixels?.channels === 1 && pixels.format === 'TIFF_PNG_UINT8';
  return takesPalette && style?.computation === undefined ? style?.palette : undefined;
}

/**
 * The styles that a WMTS tells of: those that leave pixels as they are, and palettes that tiles can be drawn in. When
 * there is none, the first style all the same, since a layer must have one.
 */
export function tileStyles(layer: PyramidLayer): readonly Rok4Style[] {
  const told = layer.styles.filter(
    (style) =>
      (style.computation === undefined && style.palette === undefined) || tilePalette(layer, style) !== undefined,
  );
  return told.length > 0 ? told : layer.styles.slice(0, 1);
}

/** The style of those who ask for none; `null` for vector tiles. */
export function defaultStyle({ styles }: PyramidLayer): Rok4Style | null {
  return styles[0] ?? null;
}
