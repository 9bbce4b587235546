import type { Rok4Style } from '../ogc/rok4/style-model.js';
import { colorize, encodeTerrain } from './colours.js';
import { applyPalette, paletteChannels } from './palette.js';
import { drawRelief, type Relief } from './relief.js';
import { type GroundResolution, kindOf, type PixelWindow, type WindowKind } from './window.js';

/** The styles of the raster services, on pixels (spec diffusion §6.5). */

type Drawing = Pick<Rok4Style, 'computation' | 'palette'>;

/** Pixels that a style needs around those it draws, on every side. */
export function styleMargin(style: Drawing): number {
  return isRelief(style) ? 1 : 0;
}

/** Whether a style leaves pixels of a kind as they are. */
export function isIdentity(style: Drawing, { channels }: WindowKind): boolean {
  return style.computation === undefined && (style.palette === undefined || channels !== 1);
}

/** What a style makes of pixels of a kind; `undefined` when it does not apply to them. */
export function styledKind(style: Drawing, source: WindowKind): WindowKind | undefined {
  const computed = computedKind(style, source);
  if (computed === undefined || style.palette === undefined || computed.channels !== 1) return computed;
  return { channels: paletteChannels(style.palette), sample: 'UINT8' };
}

function computedKind({ computation }: Drawing, source: WindowKind): WindowKind | undefined {
  switch (computation?.kind) {
    case undefined:
      return source;
    case 'pente':
    case 'exposition':
    case 'estompage':
      return source.channels === 1 ? source : undefined;
    case 'terrainrgb':
      return source.channels === 1 ? { channels: 3, sample: 'UINT8' } : undefined;
    case 'colorize':
      return source.channels >= 3 && source.sample === 'UINT8'
        ? { channels: computation.destination.length, sample: 'UINT8' }
        : undefined;
  }
}

/**
 * Draws a window. Pixels without data hold, in the window that is returned too, its value of no data: that of the
 * computation, in the colour that the palette gives it.
 * @param window with {@link styleMargin} more pixels on every side than what is returned
 * @param resolution sides of its pixels on the ground; matters to reliefs only
 * @throws Error for pixels that the style does not apply to ({@link styledKind})
 */
export function applyStyle(style: Drawing, window: PixelWindow, resolution: GroundResolution): PixelWindow {
  const source = kindOf(window);
  const kind = styledKind(style, source);
  if (kind === undefined) {
    throw new Error(`${style.computation?.kind} does not apply to ${source.channels} channels of ${source.sample}`);
  }
  const computed = compute(style, window, resolution);
  if (style.palette !== undefined && computed.channels === 1) return applyPalette(style.palette, computed);
  return kind.sample === 'UINT8' ? inBytes(computed) : computed;
}

function compute({ computation }: Drawing, window: PixelWindow, resolution: GroundResolution): PixelWindow {
  switch (computation?.kind) {
    case undefined:
      return window;
    case 'terrainrgb':
      return encodeTerrain(computation, window);
    case 'colorize':
      return colorize(computation, window);
    case 'pente':
    case 'exposition':
    case 'estompage':
      return drawRelief(computation, window, resolution);
  }
}

const RELIEFS: ReadonlySet<string> = new Set<Relief['kind']>(['pente', 'exposition', 'estompage']);

function isRelief({ computation }: Drawing): boolean {
  return computation !== undefined && RELIEFS.has(computation.kind);
}

/** Reliefs of elevations in bytes are in bytes: what does not fit is the nearest that does. */
function inBytes(window: PixelWindow): PixelWindow {
  if (window.data instanceof Uint8Array) return window;
  const toByte = (value: number) => Math.trunc(Math.min(Math.max(value, 0), 255));
  return { ...window, data: Uint8Array.from(window.data, toByte), nodata: window.nodata.map(toByte) };
}
