import t from 'tap';
import type { Rok4Style } from '../../src/ogc/rok4/style-model.js';
import { parseRok4Style } from '../../src/ogc/rok4/style.js';
import { byteColours } from '../../src/raster/palette.js';
import { applyStyle, isIdentity, styledKind, styleMargin } from '../../src/raster/styling.js';
import { groundResolutionOfDegrees, type PixelWindow } from '../../src/raster/window.js';

const NODATA = -99999;
const METRE = { x: 1, y: 1 };
const FLOATS = { channels: 1, sample: 'FLOAT32' } as const;
const RGB = { channels: 3, sample: 'UINT8' } as const;

const style = (content: object): Rok4Style => parseRok4Style(JSON.stringify({ identifier: 'a', ...content }));

const elevations = (width: number, values: readonly number[], nodata = NODATA): PixelWindow => ({
  width,
  height: values.length / width,
  channels: 1,
  data: Float32Array.from(values),
  nodata: [nodata],
});

/** Elevations of 3 × 3 pixels on a plane, as their middle is the only pixel with a slope. */
function plane(eastwards: number, northwards: number): PixelWindow {
  return elevations(
    3,
    [1, 0, -1].flatMap((north) => [-1, 0, 1].map((east) => 100 + east * eastwards + north * northwards)),
  );
}

function only({ data }: PixelWindow): number {
  const [value] = data;
  if (value === undefined || data.length !== 1) throw new Error(`${data.length} pixels`);
  return value;
}

void t.test('slope', async (t) => {
  const pente = (content: object, window: PixelWindow, resolution = METRE) =>
    only(applyStyle(style({ pente: content }), window, resolution));
  t.equal(pente({}, plane(0, 0)), 0);
  t.equal(pente({}, plane(1, 0)), 45);
  t.equal(pente({}, plane(0, -1)), 45);
  t.equal(pente({ unit: 'pourcent' }, plane(0.03, 0.04)).toFixed(4), '5.0000');
  t.equal(pente({ slope_max: 30 }, plane(1, 0)), 30, 'no steeper than the style says');
  t.equal(pente({ unit: 'pourcent' }, plane(0, 3), { x: 1, y: 10 }).toFixed(4), '30.0000', 'each axis has its metres');
  t.equal(pente({ unit: 'pourcent' }, plane(3, 0), { x: 10, y: 1 }).toFixed(4), '30.0000');
});

void t.test('one missing elevation of the nine is no slope, no aspect, no shade', async (t) => {
  for (const [content, nodata] of [
    [{ pente: { slope_nodata: 91 } }, 91],
    [{ exposition: { aspect_nodata: -2 } }, -2],
    [{ estompage: { estompage_nodata: 7 } }, 7],
  ] as const) {
    for (let at = 0; at < 9; at += 1) {
      for (const missing of [NODATA, Number.NaN]) {
        const window = plane(1, 1);
        window.data[at] = missing;
        const drawn = applyStyle(style(content), window, METRE);
        t.equal(only(drawn), nodata);
        t.strictSame(drawn.nodata, [nodata]);
      }
    }
  }
  const window = { ...plane(1, 1), nodata: [0] };
  window.data[8] = -50;
  t.equal(only(applyStyle(style({ pente: { image_nodata: -50, slope_nodata: 91 } }), window, METRE)), 91);
  window.data[8] = 0;
  t.equal(only(applyStyle(style({ pente: { image_nodata: -50, slope_nodata: 91 } }), window, METRE)), 91);
});

void t.test('aspect: where the ground goes down, clockwise from the north', async (t) => {
  const exposition = (window: PixelWindow, content = {}) =>
    only(applyStyle(style({ exposition: content }), window, METRE));
  t.equal(exposition(plane(0, -1)), 0 + 360, 'the north is 360');
  t.equal(exposition(plane(-1, 0)), 90);
  t.equal(exposition(plane(0, 1)), 180);
  t.equal(exposition(plane(1, 0)), 270);
  t.equal(exposition(plane(1, 1)), 225);
  t.equal(exposition(plane(0.01, 0)), -1, 'too flat');
  t.equal(exposition(plane(0.01, 0), { min_slope: 0.5 }), 270);
  t.equal(exposition(plane(0, 0), { min_slope: 0 }), -1, 'what is flat faces nowhere');
});

void t.test('hillshade', async (t) => {
  const estompage = (window: PixelWindow, content = {}) =>
    only(applyStyle(style({ estompage: content }), window, METRE)).toFixed(2);
  t.equal(estompage(plane(0, 0)), (255 * Math.SQRT1_2).toFixed(2), 'the flat has the sine of the height of the sun');
  t.equal(estompage(plane(0, 0), { zenith: 30 }), '127.50');
  t.equal(estompage(plane(1, 0), { azimuth: 270 }), '255.00', 'straight into the sun');
  t.equal(estompage(plane(1, 0), { azimuth: 90 }), '0.00', 'along the rays');
  t.equal(estompage(plane(3, 0), { azimuth: 90 }), '0.00', 'in the shadow');
  t.equal(estompage(plane(0.5, 0), { azimuth: 270, z_factor: 2 }), '255.00');
});

void t.test('terrain in three bytes', async (t) => {
  const terrain = style({ terrainrgb: { min_elevation: -10000, step: 0.1 } });
  const drawn = applyStyle(terrain, elevations(2, [0, 1234.5, -10000, NODATA, -20000, 1e9]), METRE);
  const bytes = (steps: number) => [steps >> 16, (steps >> 8) & 255, steps & 255];
  t.strictSame(
    [...drawn.data],
    [100000, 112345, 0, 0, 0, 0xffffff].flatMap((steps) => bytes(steps)),
  );
  t.match(drawn, { width: 2, height: 3, channels: 3, nodata: [0, 0, 0] });
});

void t.test('one colour becomes another', async (t) => {
  const pixels = Uint8Array.of(255, 255, 255, 253, 254, 255, 252, 255, 255, 10, 20, 30);
  const window = { width: 2, height: 2, channels: 3, data: pixels, nodata: [255, 255, 255] };
  const clear = applyStyle(style({ colorize: { tolerance: 2 } }), window, METRE);
  t.strictSame([...clear.data], [255, 255, 255, 0, 255, 255, 255, 0, 252, 255, 255, 255, 10, 20, 30, 255]);
  t.match(clear, { channels: 4, nodata: [255, 255, 255, 0] });
  const red = applyStyle(style({ colorize: { source: [10, 20, 30], destination: [255, 0, 0] } }), window, METRE);
  t.strictSame([...red.data], [...pixels.subarray(0, 9), 255, 0, 0]);
  const four = { width: 2, height: 1, channels: 4, data: Uint8Array.of(1, 2, 3, 4, 1, 2, 3, 5), nodata: [0, 0, 0, 0] };
  const seen = style({ colorize: { source: [1, 2, 3, 4], destination: [9, 9, 9, 9] } });
  t.strictSame([...applyStyle(seen, four, METRE).data], [9, 9, 9, 9, 1, 2, 3, 5]);
});

const COLOURS = [
  { value: -1, red: 255, green: 255, blue: 255, alpha: 0 },
  { value: 0, red: 0, green: 100, blue: 200, alpha: 100 },
  { value: 10, red: 100, green: 0, blue: 205, alpha: 200 },
];

void t.test('palettes', async (t) => {
  const paint = (palette: object, values: readonly number[]) =>
    applyStyle(style({ palette: { colours: COLOURS, ...palette } }), elevations(values.length, values), METRE);
  const steps = paint({}, [NODATA, -1, -0.5, 0, 9.99, 10, 1e6, Number.NaN, 3]);
  const [first, second, third] = COLOURS.map(({ red, green, blue, alpha }) => [red, green, blue, alpha]);
  t.strictSame([...steps.data], [first, first, first, second, second, third, third, first, second].flat());
  t.match(steps, { channels: 4, nodata: first });
  t.strictSame(
    [...paint({ rgb_continuous: true }, [2.5, 9.99, 11]).data],
    [25, 75, 201, 100, 99, 0, 204, 100, 100, 0, 205, 200],
    'fractions are cut',
  );
  t.strictSame([...paint({ alpha_continuous: true }, [5]).data], [0, 100, 200, 150]);
  t.strictSame([...paint({ no_alpha: true, rgb_continuous: true }, [5, -5]).data], [50, 50, 202, 255, 255, 255]);
  t.match(paint({ no_alpha: true }, [5]), { channels: 3, nodata: [255, 255, 255] });
});

void t.test('bytes are painted as the numbers they are', async (t) => {
  const palette = style({ palette: { colours: COLOURS, rgb_continuous: true, alpha_continuous: true } }).palette;
  if (palette === undefined) throw new Error('no palette');
  const table = byteColours(palette);
  t.strictSame([...table.subarray(0, 8)], [0, 100, 200, 100, 10, 90, 200, 110]);
  const bytes = { width: 2, height: 1, channels: 1, data: Uint8Array.of(1, 255), nodata: [0] };
  const painted = applyStyle({ palette }, bytes, METRE);
  t.strictSame([...painted.data], [10, 90, 200, 110, 100, 0, 205, 200]);
  t.strictSame(painted.nodata, [0, 100, 200, 100]);
});

void t.test('a palette paints what was computed, not the elevations', async (t) => {
  const relief = style({
    pente: { slope_nodata: 91 },
    palette: {
      colours: [
        { value: 0, red: 1, green: 1, blue: 1, alpha: 255 },
        { value: 40, red: 2, green: 2, blue: 2, alpha: 255 },
        { value: 91, red: 0, green: 0, blue: 0, alpha: 0 },
      ],
    },
  });
  const drawn = applyStyle(relief, plane(1, 0), METRE);
  t.strictSame([...drawn.data], [2, 2, 2, 255]);
  t.strictSame(drawn.nodata, [0, 0, 0, 0]);
});

void t.test('what a style needs, takes and gives', async (t) => {
  const palette = { colours: COLOURS };
  const kinds = (content: object) => {
    const read = style(content);
    return [styleMargin(read), styledKind(read, FLOATS), styledKind(read, RGB)];
  };
  const rgba = { channels: 4, sample: 'UINT8' };
  t.strictSame(kinds({}), [0, FLOATS, RGB]);
  for (const relief of ['pente', 'exposition', 'estompage']) {
    t.strictSame(kinds({ [relief]: {} }), [1, FLOATS, undefined], relief);
    t.strictSame(kinds({ [relief]: {}, palette }), [1, rgba, undefined], relief);
  }
  t.strictSame(kinds({ terrainrgb: { min_elevation: 0, step: 1 } }), [0, RGB, undefined]);
  t.strictSame(kinds({ terrainrgb: { min_elevation: 0, step: 1 }, palette }), [0, RGB, undefined]);
  t.strictSame(kinds({ colorize: {} }), [0, undefined, rgba]);
  t.strictSame(kinds({ palette }), [0, rgba, RGB]);
  t.strictSame(kinds({ palette: { ...palette, no_alpha: true } }), [0, RGB, RGB]);
  t.strictSame([isIdentity(style({}), RGB), isIdentity(style({ palette }), RGB)], [true, true]);
  t.strictSame([isIdentity(style({ palette }), FLOATS), isIdentity(style({ pente: {} }), FLOATS)], [false, false]);
  t.throws(() => applyStyle(style({ colorize: {} }), plane(0, 0), METRE), /colorize does not apply to 1 channel/);
});

void t.test('identity gives the window back; reliefs of bytes are bytes', async (t) => {
  const window = plane(1, 0);
  t.equal(applyStyle(style({}), window, METRE), window);
  const bytes = { ...window, data: Uint8Array.from(window.data), nodata: [0] };
  const aspect = applyStyle(style({ exposition: {} }), bytes, METRE);
  t.strictSame([...aspect.data], [255], '270 does not fit');
  t.strictSame(aspect.nodata, [0]);
});

void t.test('a window of its margin only gives nothing', async (t) => {
  const drawn = applyStyle(style({ pente: {} }), elevations(2, [1, 2, 3, 4]), METRE);
  t.match(drawn, { width: 0, height: 0 });
  t.equal(drawn.data.length, 0);
});

void t.test('degrees on the ground', async (t) => {
  const { x, y } = groundResolutionOfDegrees({ x: 1, y: 1 }, 60);
  t.equal(y.toFixed(1), '111319.5');
  t.equal((x / y).toFixed(6), '0.500000');
});
