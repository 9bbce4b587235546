import type { Filter } from '../../filter/model.js';
import { WmsException } from './exceptions.js';
import type { WmsLayer } from './model.js';
import type { GetFeatureInfoRequest, MapContent } from './request.js';

/** Names in requests → published layers. */

/** A layer as one request wants it. */
export interface RequestedLayer {
  readonly layer: WmsLayer;
  readonly filter: Filter | null;
}

/** A layer asked about by GetFeatureInfo. */
export interface QueriedLayer extends RequestedLayer {
  /** Attributes wanted; `null`: all. */
  readonly propertyNames: readonly string[] | null;
}

type LayersByName = ReadonlyMap<string, WmsLayer>;

/** The only style of a layer: each relation has its own and users cannot choose (spec diffusion §5). */
export function advertisedStyle(layer: WmsLayer): string {
  return `default-style-${layer.name}`;
}

/**
 * Finds the layers of a map, the first at the bottom.
 * @throws WmsException `LayerNotDefined`, `StyleNotDefined`
 */
export function findLayers(content: MapContent, byName: LayersByName): RequestedLayer[] {
  assertKnown(content.layers, byName, 'layers');
  return content.layers.map((name, index) => {
    const layer = findLayer(name, byName, 'layers');
    const style = content.styles[index] ?? '';
    if (style !== '' && style.toLowerCase() !== 'default' && style !== advertisedStyle(layer)) {
      throw new WmsException('StyleNotDefined', `No such style: ${style}`, 'styles');
    }
    return { layer, filter: content.filters[index] ?? null };
  });
}

/**
 * Finds the layers asked about, in the order of the request.
 * @throws WmsException `LayerNotDefined`, also for one that is not on the map (OGC 06-042 §7.4.3.4)
 */
export function findQueriedLayers(request: GetFeatureInfoRequest, byName: LayersByName): QueriedLayer[] {
  assertKnown(request.layers, byName, 'layers');
  assertKnown(request.queryLayers, byName, 'query_layers');
  const drawn = findLayers(request, byName);
  return request.queryLayers.map((name, index) => {
    const found = drawn.find(({ layer }) => layer === findLayer(name, byName, 'query_layers'));
    if (found === undefined) {
      throw new WmsException('LayerNotDefined', `Layer ${name} is not one of LAYERS`, 'query_layers');
    }
    return { ...found, propertyNames: request.propertyNames[index] ?? null };
  });
}

/** Names of nothing are told before anything is looked up: a lookup may be refused. @throws WmsException */
function assertKnown(names: readonly string[], byName: LayersByName, locator: string): void {
  for (const name of names) if (!byName.has(name)) throw unknownLayer(name, locator);
}

function findLayer(name: string, byName: LayersByName, locator: string): WmsLayer {
  const layer = byName.get(name);
  if (layer === undefined) throw unknownLayer(name, locator);
  return layer;
}

function unknownLayer(name: string, locator: string): WmsException {
  return new WmsException('LayerNotDefined', `Could not find layer ${name}`, locator);
}
