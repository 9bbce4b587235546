import type { Filter } from '../../filter/model.js';

/**
 * A style as SLD 1.0.0 and SE 1.1.0 describe it, reduced to what is drawn: plain JSON, defaults filled in, sizes in
 * pixels of 0.28 mm, colours as `#rrggbb`. It is stored with the publication and read by the renderer.
 */
export interface StyleModel {
  readonly name: string | null;
  readonly title: string | null;
  /** Painted one after the other: the first lies below. */
  readonly featureTypeStyles: readonly FeatureTypeStyle[];
}

/** Rules applied feature by feature, in order (SLD 1.0.0 §12.1). */
export interface FeatureTypeStyle {
  readonly rules: readonly Rule[];
}

/** What to draw for which features at which scales. */
export interface Rule {
  readonly name: string | null;
  readonly title: string | null;
  /** Visible from this scale denominator, included (SLD 1.0.0 §11.1.4.2). */
  readonly minScale: number | null;
  /** Visible up to this scale denominator, excluded. */
  readonly maxScale: number | null;
  /** `null`: every feature. Always `null` when `isElse`. */
  readonly filter: Filter | null;
  /** For the features that no other rule of the same scale selects. */
  readonly isElse: boolean;
  readonly symbolizers: readonly Symbolizer[];
}

export type Symbolizer = PointSymbolizer | LineSymbolizer | PolygonSymbolizer | TextSymbolizer;

export interface PointSymbolizer {
  readonly type: 'point';
  readonly graphic: Graphic;
}

export interface LineSymbolizer {
  readonly type: 'line';
  readonly stroke: Stroke;
}

export interface PolygonSymbolizer {
  readonly type: 'polygon';
  /** `null`: unfilled. */
  readonly fill: Fill | null;
  /** `null`: no outline. */
  readonly stroke: Stroke | null;
}

export interface TextSymbolizer {
  readonly type: 'text';
  /** Pieces joined without separator. */
  readonly label: readonly LabelPart[];
  readonly font: Font;
  readonly fill: Fill;
  readonly halo: Halo | null;
  readonly placement: PointPlacement;
}

export interface Fill {
  readonly color: string;
  /** 0 to 1. */
  readonly opacity: number;
}

export interface Stroke {
  readonly color: string;
  /** 0 to 1. */
  readonly opacity: number;
  readonly width: number;
  /** Even count of lengths (dash, gap, …), or `null` for a solid line. */
  readonly dashArray: readonly number[] | null;
  readonly dashOffset: number;
  readonly lineCap: 'butt' | 'round' | 'square';
  readonly lineJoin: 'miter' | 'round' | 'bevel';
}

export type MarkShape = 'square' | 'circle' | 'triangle' | 'star' | 'cross' | 'x' | 'diamond';

export interface Mark {
  readonly shape: MarkShape;
  readonly fill: Fill | null;
  readonly stroke: Stroke | null;
}

export interface Graphic {
  readonly mark: Mark;
  readonly size: number;
  /** Degrees, clockwise. */
  readonly rotation: number;
  /** 0 to 1, multiplied with those of fill and stroke. */
  readonly opacity: number;
}

export type LabelPart = { readonly literal: string } | { readonly property: string };

export interface Font {
  /** In order of preference. */
  readonly families: readonly string[];
  readonly size: number;
  readonly italic: boolean;
  readonly bold: boolean;
}

export interface Halo {
  readonly radius: number;
  readonly fill: Fill;
}

export interface PointPlacement {
  /** Part of the label's width left of the point, 0 to 1. */
  readonly anchorX: number;
  /** Part of the label's height below the point, 0 to 1. */
  readonly anchorY: number;
  /** Rightwards. */
  readonly displacementX: number;
  /** Upwards. */
  readonly displacementY: number;
  /** Degrees, clockwise. */
  readonly rotation: number;
}
