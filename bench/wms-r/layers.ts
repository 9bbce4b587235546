import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Deps, ServerDeps } from '../../src/deps.js';
import { wmsRaster } from '../../src/domain/configuration-types/wms-raster.js';
import { filesKeyOf } from '../../src/domain/execution-output.js';
import { pyramidName } from '../../src/pyramid/descriptor.js';
import { publishRasterLayer } from '../../test/helpers/publish.js';
import { makePyramid } from '../../test/helpers/raster-pyramids.js';
import { datastoreIdOf } from '../../test/helpers/stored-data.js';

/** The same image on both sides: pyramids of ours, Cloud Optimized GeoTIFFs of MapServer's. */

const run = promisify(execFile);

/** An image in a grid and a compression. */
export interface BenchLayer {
  readonly name: string;
  /** Tile matrix set, and the EPSG code of its CRS: that of the COG too. */
  readonly tms: string;
  readonly srid: 2154 | 3857;
  /** Of the pyramid and of the COG. */
  readonly compression: 'png' | 'jpg';
}

export const LAYERS: readonly BenchLayer[] = (['png', 'jpg'] as const).flatMap((compression) => [
  { name: `native_${compression}`, tms: '2154_10cm', srid: 2154 as const, compression },
  { name: `mercator_${compression}`, tms: 'PM', srid: 3857 as const, compression },
]);

/** Makes the pyramid of a layer and publishes it. @param source the image, in EPSG:2154 */
export async function publishLayer(
  deps: Pick<ServerDeps, 'prisma' | 'storage'> & Pick<Deps, 'pool'>,
  layer: BenchLayer,
  source: string,
  folder: string,
): Promise<void> {
  const id = randomUUID();
  const work = join(folder, layer.name);
  await mkdir(work);
  const { root, result } = await makePyramid(
    work,
    { 'source.tif': source },
    { ...layer, parallelization: 2, tilesPerWidth: 16, tilesPerHeight: 16, name: pyramidName(id) },
  );
  if (result === null) throw new Error('the pyramid could not be made');
  const filesKey = filesKeyOf(id, randomUUID());
  await deps.storage.takeIn(root, filesKey);
  const { levels } = result.typeInfos as { levels: string[] };
  const storage = await deps.prisma.storage.findFirstOrThrow({ where: { type: 'S3' } });
  await deps.prisma.storedData.create({
    data: {
      ...{ id, name: layer.name, type: 'ROK4-PYRAMID-RASTER', status: 'GENERATED', filesKey },
      ...{ datastoreId: await datastoreIdOf(deps), storageId: storage.id, size: 0n },
    },
  });
  const [first, last] = [levels[0] ?? '', levels.at(-1) ?? ''];
  const [top_level, bottom_level] = Number(first) < Number(last) ? [first, last] : [last, first];
  const typeInfos = {
    ...{ title: layer.name, abstract: '', bbox: { west: -2, south: 47, east: -1, north: 48 } },
    ...{ used_data: [{ stored_data: id, top_level, bottom_level }], interpolation: 'LINEAR' as const },
  };
  const request = { offeringId: randomUUID(), layerName: layer.name, typeInfos, attribution: null, metadata: [] };
  await publishRasterLayer(deps, await wmsRaster.publish(deps, request));
}

/** Makes the COG of a layer, overviews by averages as ours. @returns its path */
export async function writeCog(
  { name, srid, compression }: BenchLayer,
  source: string,
  folder: string,
): Promise<string> {
  const path = join(folder, `${name}.tif`);
  const encoding =
    compression === 'png'
      ? ['-co', 'COMPRESS=DEFLATE', '-co', 'PREDICTOR=NO']
      : ['-co', 'COMPRESS=JPEG', '-co', 'QUALITY=75'];
  const options = ['-of', 'COG', ...encoding, '-co', 'BLOCKSIZE=256', '-co', 'OVERVIEW_RESAMPLING=AVERAGE'];
  if (srid === 2154) await run('gdal_translate', ['-q', ...options, source, path]);
  else await run('gdalwarp', ['-q', '-t_srs', `EPSG:${srid}`, '-r', 'cubic', ...options, source, path]);
  return path;
}

/** Its layer in the map file of MapServer. */
export function mapLayer({ name, srid }: BenchLayer, path: string): string {
  return `LAYER
    NAME "${name}"
    TYPE RASTER
    STATUS ON
    DATA "${path}"
    PROJECTION "init=epsg:${srid}" END
    PROCESSING "CLOSE_CONNECTION=DEFER"
    PROCESSING "RESAMPLE=BILINEAR"
  END`;
}
