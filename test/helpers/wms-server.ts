import type { ServerResponse } from 'node:http';
import gdal from 'gdal-async';
import sharp from 'sharp';
import type { Painter } from '../../fixtures/generate/raster.js';
import { isNorthingFirst } from '../../src/geo/crs.js';
import type { Teardown } from './database.js';
import { type Received, startReceiver } from './receiver.js';

/** A WMS on the loopback address that draws a pattern, and fails as it is told. */

/** A GetMap request as the server read it. */
export interface AskedMap {
  readonly parameters: URLSearchParams;
  readonly width: number;
  readonly height: number;
  readonly pixelAt: (column: number, row: number) => [x: number, y: number];
}

export interface WmsServer {
  /** Address of the service. */
  readonly url: string;
  readonly asked: AskedMap[];
  /** Most requests that were under way at once. */
  readonly busiest: () => number;
  /** What is done instead of drawing; `true` when the request is answered, or never will be. */
  behaviour: (map: AskedMap, response: ServerResponse, rank: number) => boolean | Promise<boolean>;
}

/** @param paint channels of the centre of a pixel, in the system of the request: 1 to 4 */
export async function startWms(t: Teardown, paint: Painter): Promise<WmsServer> {
  const asked: AskedMap[] = [];
  let [underWay, most] = [0, 0];
  const receiver = await startReceiver(t, (request, response) => {
    const map = readMap(request);
    asked.push(map);
    underWay += 1;
    most = Math.max(most, underWay);
    response.on('close', () => (underWay -= 1));
    void answer(server, map, response, paint);
  });
  const server: WmsServer = {
    url: `${receiver.origin}/wms`,
    asked,
    busiest: () => most,
    behaviour: () => false,
  };
  return server;
}

/** An exception as services write it. */
export function exception(text: string, code = 'LayerNotDefined'): string {
  return (
    '<?xml version="1.0"?><ServiceExceptionReport xmlns="http://www.opengis.net/ogc" version="1.3.0">' +
    `<ServiceException code="${code}">${text}</ServiceException></ServiceExceptionReport>`
  );
}

async function answer(server: WmsServer, map: AskedMap, response: ServerResponse, paint: Painter): Promise<void> {
  if (await server.behaviour(map, response, server.asked.length)) return;
  const { type, body } = await draw(map, paint);
  response.writeHead(200, { 'content-type': type, 'content-length': body.length }).end(body);
}

function readMap({ url }: Received): AskedMap {
  const parameters = new URL(url, 'http://localhost').searchParams;
  const box = (parameters.get('BBOX') ?? '').split(',').map(Number);
  const srid = Number(parameters.get('CRS')?.split(':')[1]);
  const [minX = 0, minY = 0, maxX = 0, maxY = 0] = isNorthingFirst(srid) ? [1, 0, 3, 2].map((at) => box[at] ?? 0) : box;
  const [width, height] = [Number(parameters.get('WIDTH')), Number(parameters.get('HEIGHT'))];
  return {
    ...{ parameters, width, height },
    pixelAt: (column, row) => [
      minX + ((column + 0.5) * (maxX - minX)) / width,
      maxY - ((row + 0.5) * (maxY - minY)) / height,
    ],
  };
}

/** The map in the format that is asked for. */
export async function draw(
  { parameters, width, height, pixelAt }: AskedMap,
  paint: Painter,
): Promise<{ type: string; body: Buffer }> {
  const pixels = Array.from({ length: width * height }, (_, at) =>
    paint(...pixelAt(at % width, Math.floor(at / width))),
  );
  const type = parameters.get('FORMAT') ?? '';
  const channels = (pixels[0]?.length ?? 3) as 1 | 2 | 3 | 4;
  const values = pixels.flat();
  if (type.startsWith('image/x-bil')) return { type, body: Buffer.from(new Float32Array(values).buffer) };
  if (type === 'image/tiff') return { type, body: tiff(values, { width, height, channels }, parameters) };
  const image = sharp(Buffer.from(values), { raw: { width, height, channels } });
  return { type, body: await (type === 'image/jpeg' ? image.jpeg({ quality: 95 }) : image.png()).toBuffer() };
}

const COMPRESSIONS: Readonly<Record<string, string>> = { deflate: 'DEFLATE', lzw: 'LZW', packbits: 'PACKBITS' };

function tiff(
  values: number[],
  { width, height, channels }: { width: number; height: number; channels: number },
  parameters: URLSearchParams,
): Buffer {
  const path = `/vsimem/drawn-${Math.random()}.tif`;
  const isReal = channels === 1;
  const compression = COMPRESSIONS[parameters.get('FORMAT_OPTIONS')?.split(':')[1] ?? ''];
  const dataset = gdal.open(path, 'w', 'GTiff', width, height, channels, isReal ? 'Float32' : 'Byte', [
    ...(compression === undefined ? [] : [`COMPRESS=${compression}`]),
  ]);
  dataset.bands.forEach((band, number) => {
    const own = values.filter((_, at) => at % channels === number - 1);
    band.pixels.write(0, 0, width, height, isReal ? new Float32Array(own) : new Uint8Array(own));
  });
  dataset.close();
  return gdal.vsimem.release(path);
}
