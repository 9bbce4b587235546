import type { ServerDeps } from '../deps.js';
import { FilterError } from '../filter/model.js';
import { filterToSql } from '../filter/sql.js';
import { WmsException } from '../ogc/wms/exceptions.js';
import { findLayers, type RequestedLayer } from '../ogc/wms/layers.js';
import type { WmsLayer } from '../ogc/wms/model.js';
import type { GetMapRequest } from '../ogc/wms/request.js';
import { filterContext } from '../render/layer-sql.js';
import { type MapLayer, RenderError } from '../render/map-request.js';

/** Maps of published layers. */

export interface DrawnMap {
  readonly contentType: 'image/png' | 'image/jpeg';
  readonly body: Buffer;
}

type MapDeps = Pick<ServerDeps, 'render' | 'log'> & { readonly config: Pick<ServerDeps['config'], 'render'> };

/**
 * Draws a map through the render pool.
 * @param signal aborted when the client leaves
 * @throws WmsException for unknown layers and styles, filters that do not fit, and when no image could be made: what
 * the renderer says may hold SQL, so it goes to the log only
 */
export async function drawMap(
  deps: MapDeps,
  request: GetMapRequest,
  layers: ReadonlyMap<string, WmsLayer>,
  signal: AbortSignal,
): Promise<DrawnMap> {
  const requested = findLayers(request, layers);
  requested.forEach(checkFilter);
  const { view } = request;
  try {
    const map = {
      layers: requested.map(toMapLayer),
      srid: view.crs.srid,
      bbox: view.bbox,
      width: view.width,
      height: view.height,
      background: request.background,
      format: request.format,
      symbolScale: request.symbolScale,
    };
    const body = await deps.render.render(map, signal);
    return { contentType: request.format === 'png' ? 'image/png' : 'image/jpeg', body };
  } catch (error) {
    if (!(error instanceof RenderError)) throw error;
    if (error.fault === 'abandoned') throw new WmsException('NoApplicableCode', publicMessage(error, 0));
    deps.log.error({ err: error, fault: error.fault, layers: request.layers }, 'Map:Failed');
    throw new WmsException('NoApplicableCode', publicMessage(error, deps.config.render.timeoutMs));
  }
}

function toMapLayer({ layer, filter }: RequestedLayer): MapLayer {
  return { key: `${layer.offering}/${layer.revision}`, relations: layer.relations, filter };
}

/** A filter must fit every relation of its layer, as in GeoServer. @throws WmsException */
export function checkFilter({ layer, filter }: RequestedLayer): void {
  if (filter === null) return;
  for (const { source } of layer.relations) {
    if (source.geometry === null) continue;
    try {
      filterToSql(filter, filterContext(source, source.geometry));
    } catch (error) {
      if (error instanceof FilterError) throw new WmsException('InvalidParameterValue', error.message, 'cql_filter');
      throw error;
    }
  }
}

/** GeoServer's sentences, where it has one. */
function publicMessage({ fault }: RenderError, timeoutMs: number): string {
  switch (fault) {
    case 'timeout':
      return (
        'This request used more time than allowed and has been forcefully stopped. ' +
        `Max rendering time is ${timeoutMs / 1000}s`
      );
    case 'memory':
    case 'too-large':
    case 'too-many-tiles':
      return 'This request used more memory than allowed and has been forcefully stopped';
    case 'busy':
    case 'closed':
      return 'The service is too busy to answer, try again later';
    case 'abandoned':
      return 'The client left before the answer';
    case 'crashed':
    case 'failed':
      return 'Rendering process failed';
  }
}
