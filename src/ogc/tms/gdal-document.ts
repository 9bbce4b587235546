import type { Grid } from '../rok4/grid.js';
import type { PyramidLayer } from '../rok4/layer.js';
import { defaultStyle, tilePalette } from '../rok4/tile-styles.js';
import { el, renderElement } from '../xml.js';
import { layerUrl } from './documents.js';

/**
 * What GDAL opens a layer with (https://gdal.org/en/latest/drivers/raster/wms.html, minidriver TMS): the whole grid at
 * the finest level of the layer, tiles that are not there being empty.
 * @param grid of the layer: a quad-tree
 */
export function gdalDocument(serviceUrl: string, layer: PyramidLayer, grid: Grid): string {
  const [top] = grid.levels;
  const finest = layer.levels.at(-1);
  if (top === undefined || finest === undefined) throw new Error(`the layer ${layer.name} has no level`);
  const [x, y] = top.origin;
  return renderElement(
    el(
      'GDAL_WMS',
      {},
      el(
        'Service',
        { name: 'TMS' },
        el('ServerUrl', {}, `${layerUrl(serviceUrl, layer)}/\${z}/\${x}/\${y}.${layer.format.extension}`),
      ),
      el(
        'DataWindow',
        {},
        el('UpperLeftX', {}, x),
        el('UpperLeftY', {}, y),
        el('LowerRightX', {}, x + top.matrixWidth * top.tileWidth * top.cellSize),
        el('LowerRightY', {}, y - top.matrixHeight * top.tileHeight * top.cellSize),
        el('TileLevel', {}, finest.id),
        el('TileCountX', {}, top.matrixWidth),
        el('TileCountY', {}, top.matrixHeight),
        el('YOrigin', {}, 'top'),
      ),
      el('Projection', {}, grid.crs),
      el('BlockSizeX', {}, finest.tileWidth),
      el('BlockSizeY', {}, finest.tileHeight),
      el('ZeroBlockHttpCodes', {}, '204,404'),
      el('BandsCount', {}, bandCount(layer)),
    ),
  );
}

/** Of the tiles as they are sent: GDAL makes bands of the colours of a palette. */
function bandCount(layer: PyramidLayer): number {
  const palette = tilePalette(layer, defaultStyle(layer));
  if (palette === undefined) return layer.pixels?.channels ?? 0;
  return palette.noAlpha ? 3 : 4;
}
