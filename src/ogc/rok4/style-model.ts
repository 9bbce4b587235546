/** The styles of the raster services (ROK4-STYLE, spec diffusion §6.5), with ROK4's values for what is left out. */

export interface Rok4Style {
  /** Public name, unique within a layer. */
  readonly identifier: string;
  readonly title?: string;
  readonly abstract?: string;
  readonly keywords: readonly string[];
  readonly legend?: StyleLegend;
  /** How other pixels are made of those of the pyramid. */
  readonly computation?: StyleComputation;
  /** How one channel, that of the pyramid or the computed one, becomes a colour. */
  readonly palette?: StylePalette;
}

export interface StyleLegend {
  /** A media type. */
  readonly format: string;
  readonly url: string;
  readonly width: number;
  readonly height: number;
  readonly minScaleDenominator: number;
  readonly maxScaleDenominator: number;
}

export type StyleComputation = Slope | Aspect | Hillshade | TerrainRgb | Colorize;

export const STYLE_INTERPOLATIONS = [
  'nn',
  'linear',
  'bicubic',
  'lanczos',
  'lanczos_2',
  'lanczos_3',
  'lanczos_4',
] as const;
export type StyleInterpolation = (typeof STYLE_INTERPOLATIONS)[number];

export const SLOPE_UNITS = ['degree', 'pourcent'] as const;

/** The slope of an elevation model, by the method of Horn. */
export interface Slope {
  readonly kind: 'pente';
  readonly unit: (typeof SLOPE_UNITS)[number];
  readonly interpolation?: StyleInterpolation;
  /** Elevation that is none. */
  readonly imageNodata: number;
  /** Slope where there is none. */
  readonly slopeNodata: number;
  /** Steeper slopes are shown as this one; in the unit. */
  readonly slopeMax: number;
}

/** Where slopes face, in degrees clockwise from the north. */
export interface Aspect {
  readonly kind: 'exposition';
  /** Degrees; what is flatter faces nowhere. */
  readonly minSlope: number;
  readonly imageNodata: number;
  readonly aspectNodata: number;
}

/** Relief under a sun, from 0 in the shadow to 255. */
export interface Hillshade {
  readonly kind: 'estompage';
  /** Height of the sun above the horizon, in degrees, whatever its name says. */
  readonly zenith: number;
  /** Where the sun is, in degrees clockwise from the north. */
  readonly azimuth: number;
  /** Elevations are multiplied by it. */
  readonly zFactor: number;
  readonly interpolation?: StyleInterpolation;
  readonly imageNodata: number;
  readonly shadeNodata: number;
}

/** Elevations as numbers of steps above the lowest one, written in the three bytes of a colour. */
export interface TerrainRgb {
  readonly kind: 'terrainrgb';
  readonly minElevation: number;
  readonly step: number;
}

/** One colour that becomes another. */
export interface Colorize {
  readonly kind: 'colorize';
  /** As many channels as are compared, from 0 to 255. */
  readonly source: readonly number[];
  /** Three channels, or four with the transparency. */
  readonly destination: readonly number[];
  /** How far each channel of a pixel may be from the source. */
  readonly tolerance: number;
}

export interface StylePalette {
  /** The largest value of the channel; told, of no effect. */
  readonly maxValue?: number;
  /** Whether colours between two given ones are mixed, instead of the lower one. */
  readonly rgbContinuous: boolean;
  readonly alphaContinuous: boolean;
  /** Whether colours are without transparency: three channels. */
  readonly noAlpha: boolean;
  /** By ascending value, each once, at least one. */
  readonly colours: readonly PaletteColour[];
}

export interface PaletteColour {
  readonly value: number;
  readonly red: number;
  readonly green: number;
  readonly blue: number;
  readonly alpha: number;
}
