import { isGeographic } from '../../geo/crs.js';
import type { RasterImage } from '../../raster/image.js';
import { applyStyle, isIdentity, styleMargin } from '../../raster/styling.js';
import { type GroundResolution, groundResolutionOfDegrees, kindOf } from '../../raster/window.js';
import type { RasterLayer, RasterRequest } from './request.js';

/** The styles of layers, on views of them. */

type View = RasterRequest['view'];
type Style = RasterLayer['style'];

/** The view with the pixels around it that a style needs. */
export function viewAround(view: View, style: Style): View {
  const margin = styleMargin(style);
  if (margin === 0) return view;
  const { bbox, width, height, srid } = view;
  const { x, y } = pixelOf(view);
  return {
    srid,
    bbox: {
      minX: bbox.minX - margin * x,
      minY: bbox.minY - margin * y,
      maxX: bbox.maxX + margin * x,
      maxY: bbox.maxY + margin * y,
    },
    width: width + 2 * margin,
    height: height + 2 * margin,
  };
}

/** The image in its style. @param image of {@link viewAround} */
export function styled(image: RasterImage, style: Style, view: View): RasterImage {
  if (isIdentity(style, kindOf(image))) return image;
  return { ...applyStyle(style, image, groundResolution(view)), coverage: inner(image, styleMargin(style)) };
}

function pixelOf({ bbox, width, height }: View): GroundResolution {
  return { x: (bbox.maxX - bbox.minX) / width, y: (bbox.maxY - bbox.minY) / height };
}

function groundResolution(view: View): GroundResolution {
  const pixel = pixelOf(view);
  if (!isGeographic(view.srid)) return pixel;
  return groundResolutionOfDegrees(pixel, (view.bbox.minY + view.bbox.maxY) / 2);
}

/** The coverage without a margin. */
function inner({ coverage, width, height }: RasterImage, margin: number): Uint8Array | null {
  if (coverage === null || margin === 0) return coverage;
  const size = { width: width - 2 * margin, height: height - 2 * margin };
  const made = new Uint8Array(size.width * size.height);
  for (let row = 0; row < size.height; row += 1) {
    const from = (row + margin) * width + margin;
    made.set(coverage.subarray(from, from + size.width), row * size.width);
  }
  return made;
}
