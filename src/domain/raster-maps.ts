import type { ServerDeps } from '../deps.js';
import { parseCrs } from '../geo/crs.js';
import { RasterWmsException } from '../ogc/wms-raster/exceptions.js';
import { checkFormat } from '../ogc/wms-raster/formats.js';
import type { RasterLayer } from '../ogc/wms-raster/model.js';
import type { GetFeatureInfoRequest, GetMapRequest, RasterMapView, StyledLayer } from '../ogc/wms-raster/request.js';
import { pyramidName } from '../pyramid/descriptor.js';
import { rasterFormat } from '../pyramid/formats.js';
import { levelsWithin } from '../raster/level-choice.js';
import type { RasterView } from '../raster/place-grid.js';
import { styledKind } from '../raster/styling.js';
import type { WindowKind } from '../raster/window.js';
import { RenderError } from '../render/map-request.js';
import type { RasterLayer as DrawnLayer, RasterOutput, RasterRequest } from '../render/raster/request.js';
import type { PublishedPyramidLayers } from './published.js';

/** Images of published layers of pyramids, made by the render processes. */

type MapDeps = Pick<ServerDeps, 'render' | 'log' | 'storage'> & {
  readonly config: Pick<ServerDeps['config'], 'render'>;
};

/** What is published now. */
export type Published = PublishedPyramidLayers<RasterLayer>;

/** What a client asks for, by the publications of now; the question is put again when the image is there. */
type Find<Asked> = () => Promise<{ readonly asked: Asked; readonly published: Published }>;

/**
 * Draws a map.
 * @throws RasterWmsException
 */
export async function drawRasterMap(
  deps: MapDeps,
  find: Find<GetMapRequest>,
  signal: AbortSignal,
): Promise<{ readonly asked: GetMapRequest; readonly image: Buffer }> {
  const { asked, bytes } = await compose(deps, find, signal, (wanted, published) => {
    const { layers, view, format, options } = wanted;
    checkFormat(format, options, mapPixels(layers));
    return {
      layers: layers.map((styled) => drawnLayer(deps, styled, published)),
      view: { ...sizeOf(view), srid: view.crs.srid },
      output: outputOf(wanted, deps.config.render.pngCompression),
    };
  });
  return { asked, image: bytes };
}

/**
 * The values of a pixel of a map before any style, a text a channel: real numbers with two decimals.
 * @throws RasterWmsException
 */
export async function rasterValues(
  deps: MapDeps,
  find: Find<GetFeatureInfoRequest>,
  signal: AbortSignal,
): Promise<{ readonly asked: GetFeatureInfoRequest; readonly values: string[] }> {
  const { asked, bytes } = await compose(deps, find, signal, (wanted, published) => ({
    layers: [drawnLayer(deps, { layer: wanted.queried, style: {} }, published)],
    view: { ...pixelView(wanted), srid: wanted.view.crs.srid },
    output: { format: 'samples' },
  }));
  return { asked, values: textsOf(bytes, kindOf(asked.queried)) };
}

function textsOf(bytes: Buffer, { sample }: WindowKind): string[] {
  if (sample === 'UINT8') return [...bytes].map(String);
  return Array.from({ length: bytes.length / 4 }, (_, at) => bytes.readFloatLE(4 * at).toFixed(2));
}

/** The pixel asked about, alone. */
function pixelView({ view, i, j }: GetFeatureInfoRequest): RasterView {
  const { bbox, width, height } = view;
  const [stepX, stepY] = [(bbox.maxX - bbox.minX) / width, (bbox.maxY - bbox.minY) / height];
  const [minX, maxY] = [bbox.minX + i * stepX, bbox.maxY - j * stepY];
  return { bbox: { minX, maxY, maxX: minX + stepX, minY: maxY - stepY }, width: 1, height: 1 };
}

function sizeOf({ bbox, width, height }: RasterMapView): RasterView {
  return { bbox, width, height };
}

/** Makes an image. The files of a pyramid that was replaced meanwhile may have gone: then it is made once more. */
async function compose<Asked>(
  deps: MapDeps,
  find: Find<Asked>,
  signal: AbortSignal,
  toRequest: (asked: Asked, published: Published) => RasterRequest,
): Promise<{ readonly asked: Asked; readonly bytes: Buffer }> {
  const make = async () => {
    const { asked, published } = await find();
    return { asked, request: toRequest(asked, published) };
  };
  const first = await make();
  const bytes = await settle(deps.render.compose(first.request, signal));
  const now = await make();
  const isCurrent = filesOf(now.request) === filesOf(first.request);
  const outcome = isCurrent ? bytes : await settle(deps.render.compose(now.request, signal));
  if (outcome instanceof RenderError) throw refusalOf(outcome, deps);
  return { asked: now.asked, bytes: outcome };
}

async function settle(image: Promise<Buffer>): Promise<Buffer | RenderError> {
  try {
    return await image;
  } catch (error) {
    if (error instanceof RenderError) return error;
    throw error;
  }
}

function filesOf({ layers }: RasterRequest): string {
  return layers.flatMap(({ levels }) => levels.map(({ root }) => root)).join('\n');
}

function drawnLayer(
  { storage }: Pick<MapDeps, 'storage'>,
  { layer, style }: { layer: RasterLayer; style: DrawnLayer['style'] },
  { filesOf: keys }: Published,
): DrawnLayer {
  if (layer.pixels === null) throw new Error(`layer ${layer.name} has no pixels`);
  const { bottomResolution: bottom, topResolution: top } = layer;
  const levels = levelsWithin(layer.levels, { bottom, top }).flatMap(({ id, cellSize, source: { storedData } }) => {
    const key = keys.get(storedData);
    return key === undefined ? [] : { id, cellSize, root: storage.localPath(key), name: pyramidName(storedData) };
  });
  if (levels.length === 0) throw new Error(`layer ${layer.name} has no files`);
  return {
    tileMatrixSet: layer.tileMatrixSet,
    srid: parseCrs(layer.crs).srid,
    pixels: layer.pixels,
    levels,
    interpolation: layer.interpolation,
    style: { computation: style.computation, palette: style.palette },
  };
}

function kindOf({ name, pixels }: RasterLayer): WindowKind {
  const format = pixels === null ? undefined : rasterFormat(pixels.format);
  if (pixels === null || format === undefined) throw new Error(`layer ${name} has no pixels`);
  return { channels: pixels.channels, sample: format.sample };
}

/** The pixels of a map: as many channels as the richest of its layers has in its style. @throws RasterWmsException */
function mapPixels(layers: readonly StyledLayer[]): WindowKind {
  const kinds = layers.map(({ layer, style }) => {
    const kind = styledKind(style, kindOf(layer));
    if (kind !== undefined) return kind;
    throw new RasterWmsException(
      'InvalidParameterValue',
      `Style ${style.identifier} does not apply to the data of the layer ${layer.name}`,
    );
  });
  const [first] = kinds;
  if (first === undefined || kinds.some(({ sample }) => sample !== first.sample)) {
    throw new RasterWmsException(
      'InvalidParameterValue',
      'All layers (with their style) have to own the same sample format (int or float)',
    );
  }
  return { sample: first.sample, channels: Math.max(...kinds.map(({ channels }) => channels)) };
}

function outputOf({ format, options }: GetMapRequest, pngCompression: number): RasterOutput {
  switch (format) {
    case 'image/png':
      return { format: 'png', compression: pngCompression };
    case 'image/jpeg':
      return { format: 'jpeg', quality: options.quality };
    case 'image/tiff':
    case 'image/geotiff':
      return { format: 'tiff', compression: options.compression ?? 'raw', placed: format === 'image/geotiff' };
    case 'image/x-bil;bits=32':
      return { format: 'samples' };
  }
}

/** What the renderer says may name files: it goes to the log only. */
function refusalOf(error: RenderError, { log, config }: MapDeps): RasterWmsException {
  const { fault } = error;
  if (fault !== 'abandoned' && fault !== 'too-many-tiles' && fault !== 'too-large') {
    log.error({ err: error, fault }, 'RasterMap:Failed');
  }
  switch (fault) {
    case 'too-many-tiles':
      return new RasterWmsException('InvalidParameterValue', 'BBOX too big');
    case 'too-large':
      return new RasterWmsException(
        'InvalidParameterValue',
        `The image would have more than ${config.render.maxPixels} pixels`,
      );
    case 'busy':
    case 'closed':
      return new RasterWmsException('NoApplicableCode', 'The service is too busy to answer, try again later', 503);
    case 'abandoned':
      return new RasterWmsException('NoApplicableCode', 'The client left before the answer', 503);
    case 'timeout':
    case 'memory':
    case 'crashed':
    case 'failed':
      return new RasterWmsException('NoApplicableCode', 'Rendering process failed', 500);
  }
}
