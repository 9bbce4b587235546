import { execFile, spawnSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import gdal from 'gdal-async';
import t from 'tap';
import { parseRok4Style } from '../../src/ogc/rok4/style.js';
import { applyStyle } from '../../src/raster/styling.js';
import type { PixelWindow } from '../../src/raster/window.js';

/** Our reliefs beside those of GDAL, on hills with a hole in them. */

const run = promisify(execFile);
const missing =
  spawnSync('gdaldem', ['--version']).status === null ? 'gdaldem (package gdal-bin) is not installed' : '';

const WIDTH = 97;
const HEIGHT = 61;
/** Square: gdaldem computes aspects as if they were. */
const RESOLUTION = { x: 5, y: 5 };
const NODATA = -99999;

function hills(): Float32Array {
  const data = new Float32Array(WIDTH * HEIGHT);
  for (let at = 0; at < data.length; at += 1) {
    const [x, y] = [at % WIDTH, Math.floor(at / WIDTH)];
    data[at] =
      400 + 90 * Math.sin(x / 9) * Math.cos(y / 7) + 3 * x - 20 * Math.exp(-((x - 50) ** 2 + (y - 30) ** 2) / 40);
    if (x >= 20 && x < 24 && y >= 40 && y < 43) data[at] = NODATA;
  }
  return data;
}

void t.test('beside gdaldem', { skip: missing }, async (t) => {
  const folder = t.testdir();
  const source = join(folder, 'hills.tif');
  const data = hills();
  const dataset = gdal.open(source, 'w', 'GTiff', WIDTH, HEIGHT, 1, 'Float32');
  dataset.srs = gdal.SpatialReference.fromEPSG(2154);
  dataset.geoTransform = [650_000, RESOLUTION.x, 0, 6_860_000, 0, -RESOLUTION.y];
  const band = dataset.bands.get(1);
  band.noDataValue = NODATA;
  band.pixels.write(0, 0, WIDTH, HEIGHT, data);
  dataset.close();
  const window: PixelWindow = { width: WIDTH, height: HEIGHT, channels: 1, data, nodata: [NODATA] };

  const ours = (style: object) =>
    applyStyle(parseRok4Style(JSON.stringify({ identifier: 'a', ...style })), window, RESOLUTION);
  const theirs = async (mode: string, ...more: string[]) => {
    const output = join(folder, `${mode}.tif`);
    await run('gdaldem', [mode, source, ...more, output, '-q']);
    const drawn = gdal.open(output);
    const bands = drawn.bands.map((each) => each.pixels.read(0, 0, WIDTH, HEIGHT));
    const nodata = drawn.bands.get(1).noDataValue;
    drawn.close();
    return { bands, nodata };
  };
  /** The largest distance inside the margin; pixels without data must be the same. */
  const compare = (
    drawn: PixelWindow,
    { bands, nodata }: Awaited<ReturnType<typeof theirs>>,
    distance: (one: number, other: number) => number,
  ) => {
    let worst = 0;
    let holes = 0;
    for (let y = 0; y < drawn.height; y += 1) {
      for (let x = 0; x < drawn.width; x += 1) {
        const mine = drawn.data[y * drawn.width + x] ?? Number.NaN;
        const other = Number(bands[0]?.[(y + 1) * WIDTH + x + 1]);
        if (other === nodata || mine === drawn.nodata[0]) {
          holes += 1;
          if (other !== nodata || mine !== drawn.nodata[0]) worst = Number.POSITIVE_INFINITY;
        } else worst = Math.max(worst, distance(mine, other));
      }
    }
    t.equal(holes, 30, 'the hole and its surroundings');
    return worst;
  };
  const plain = (one: number, other: number) => Math.abs(one - other);
  const around = (one: number, other: number) => Math.abs(((one - other + 540) % 360) - 180);

  const near = (worst: number, tolerance: number, what: string) => t.ok(worst < tolerance, `${what}: ${worst}`);

  // It computes with 32 bits.
  near(compare(ours({ pente: { slope_nodata: 91 } }), await theirs('slope', '-alg', 'Horn'), plain), 0.005, 'degrees');
  const percents = ours({ pente: { unit: 'pourcent', slope_max: 1e6, slope_nodata: -1 } });
  near(compare(percents, await theirs('slope', '-p'), plain), 0.01, 'percents');
  near(compare(ours({ exposition: { min_slope: 0 } }), await theirs('aspect'), around), 0.1, 'aspect');
  for (const [azimuth, zenith, factor] of [
    [315, 45, 1],
    [90, 30, 2],
  ]) {
    const options = ['-az', `${azimuth}`, '-alt', `${zenith}`, '-z', `${factor}`];
    const style = { estompage: { azimuth, zenith, z_factor: factor, estompage_nodata: -1 } };
    // It goes from 1 to 255, in whole numbers.
    near(compare(ours(style), await theirs('hillshade', ...options), plain), 1.6, 'shade');
  }
});

void t.test('colours beside gdaldem color-relief', { skip: missing }, async (t) => {
  const folder = t.testdir();
  const source = join(folder, 'ramp.tif');
  const dataset = gdal.open(source, 'w', 'GTiff', WIDTH, HEIGHT, 1, 'Float32');
  const data = Float32Array.from({ length: WIDTH * HEIGHT }, (_, at) => at / 10 - 50);
  dataset.bands.get(1).pixels.write(0, 0, WIDTH, HEIGHT, data);
  dataset.close();
  const colours = [
    [0, 10, 200, 30, 255],
    [150, 250, 120, 60, 128],
    [400, 255, 255, 255, 0],
  ].map(([value, red, green, blue, alpha]) => ({ value, red, green, blue, alpha }));
  const table = colours.map(({ value, red, green, blue, alpha }) => [value, red, green, blue, alpha].join(' '));
  await writeFile(join(folder, 'colours.txt'), table.join('\n'));
  const output = join(folder, 'colours.tif');
  await run('gdaldem', ['color-relief', '-alpha', source, join(folder, 'colours.txt'), output, '-q']);
  const drawn = gdal.open(output);
  const theirs = drawn.bands.map((band) => band.pixels.read(0, 0, WIDTH, HEIGHT));
  drawn.close();
  const palette = { rgb_continuous: true, alpha_continuous: true, colours };
  const ours = applyStyle(
    parseRok4Style(JSON.stringify({ identifier: 'a', palette })),
    { width: WIDTH, height: HEIGHT, channels: 1, data, nodata: [-99999] },
    RESOLUTION,
  );
  let worst = 0;
  for (let at = 0; at < ours.data.length; at += 1) {
    const other = Number(theirs[at % 4]?.[Math.floor(at / 4)]);
    worst = Math.max(worst, Math.abs((ours.data[at] ?? Number.NaN) - other));
  }
  t.ok(worst <= 1, `${worst}`);
});
