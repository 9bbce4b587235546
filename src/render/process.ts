import mapnik, { type Image, type Map as MapnikMap } from '@mapnik/mapnik';
import { createImageStore } from './image-store.js';
import { LruMap } from './lru-map.js';
import { RenderError } from './map-request.js';
import { type ComposeMessage, type DrawMessage, MEMORY_EXIT_CODE, type ProcessMessage } from './messages.js';
import { createComposer } from './raster/composition.js';
import { encodeImage } from './raster/encoding.js';
import { createTolerances } from './tolerance.js';
import { toleranceName } from './tolerance-name.js';
import { createTransforms } from './transforms.js';

/**
 * A render process: makes one image at a time for the pool that forked it. A native crash, a hang or a runaway style
 * costs this process only. Database parameters come from the PG… variables of its environment.
 *
 * Argument: memory limit in MiB.
 */

/** Maps kept, least recently used first to go. Each is a parsed style: some tens of kilobytes. */
const MAX_MAPS = 200;

const MEMORY_CHECK_MS = 200;

/** How much smaller than a pixel a detail must be to be left out. */
const SIMPLIFICATION_PIXELS = 0.25;

const maps = new LruMap<string, MapnikMap>(MAX_MAPS);
const transforms = createTransforms();
const tolerances = createTolerances(transforms);
const compose = createComposer(transforms);
const images = createImageStore();

async function draw(message: DrawMessage): Promise<ProcessMessage> {
  const { id, key, xml, width, height, extent } = message;
  let map = maps.get(key);
  if (map === undefined) {
    if (xml === null) return { type: 'unknown-map', id };
    map = new mapnik.Map(width, height);
    map.aspect_fix_mode = mapnik.Map.ASPECT_RESPECT;
    map.fromStringSync(xml, { strict: true });
    maps.set(key, map);
  }
  map.resize(width, height);
  map.extent = [...extent];
  map.background = new mapnik.Color(message.background);
  const variables: Record<string, string> = {};
  for (const srid of message.tableSrids) {
    const pixel = tolerances.pixelSize(message, srid);
    variables[toleranceName(srid)] = String(pixel * SIMPLIFICATION_PIXELS);
  }
  const image = images.take(width, height);
  await render(map, image, { variables, scale: message.symbolScale });
  const encoded = await encode(image, message.encoding);
  images.giveBack(image);
  return { type: 'drawn', id, image: encoded };
}

function render(map: MapnikMap, image: Image, options: Parameters<MapnikMap['render']>[1]): Promise<void> {
  return new Promise((resolve, reject) => {
    map.render(image, options, (error) => (error === null || error === undefined ? resolve() : reject(error)));
  });
}

function encode(image: Image, encoding: string): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    image.encode(encoding, (error, bytes) => (error === null || error === undefined ? resolve(bytes) : reject(error)));
  });
}

async function answer(message: DrawMessage | ComposeMessage): Promise<void> {
  try {
    send(message.type === 'draw' ? await draw(message) : await drawPyramids(message));
  } catch (error) {
    // The connection or the table behind the map may be gone: it is built anew next time.
    if (message.type === 'draw') maps.delete(message.key);
    send({
      type: 'failed',
      id: message.id,
      fault: error instanceof RenderError && error.fault === 'too-many-tiles' ? error.fault : 'failed',
      message: error instanceof Error ? error.message : String(error),
    });
  }
}

async function drawPyramids({ id, request }: ComposeMessage): Promise<ProcessMessage> {
  return { type: 'drawn', id, image: await encodeImage(await compose(request), request) };
}

function send(message: ProcessMessage): void {
  process.send?.(message);
}

function watchMemory(limitMiB: number): void {
  const check = (): void => {
    if (process.memoryUsage.rss() > limitMiB * 1024 * 1024) process.exit(MEMORY_EXIT_CODE);
  };
  setInterval(check, MEMORY_CHECK_MS).unref();
}

mapnik.Logger.setSeverity(mapnik.Logger.NONE);
mapnik.register_default_input_plugins();
mapnik.register_default_fonts();
watchMemory(Number(process.argv[2]));
// One map at a time, in the order asked for.
let last = Promise.resolve();
process.on('message', (message: DrawMessage | ComposeMessage) => {
  last = last.then(() => answer(message));
});
process.once('disconnect', () => process.exit(0));
send({ type: 'ready' });
