import type { Bbox } from '../../geo/bbox.js';
import { isNorthingFirst, toEpsg } from '../../geo/crs.js';

/** Requests for maps to a WMS that is harvested (lifecycle §4.8; OGC 06-042). */

/** How the images of a format are read. */
export type ImageCoding = 'png' | 'jpeg' | 'tiff' | 'bil';

/** A format of `harvest_format`. */
export interface HarvestFormat {
  readonly coding: ImageCoding;
  /** Pixels it can carry. */
  readonly samples: readonly ('UINT8' | 'FLOAT32')[];
  /** Parameters of the request that ask for it. */
  readonly parameters: readonly (readonly [name: string, value: string])[];
}

const tiff = (compression: string): [string, HarvestFormat] => [
  `image/tiff&format_options=compression:${compression}`,
  {
    coding: 'tiff',
    samples: ['UINT8', 'FLOAT32'],
    parameters: [
      ['FORMAT', 'image/tiff'],
      ['FORMAT_OPTIONS', `compression:${compression}`],
    ],
  },
];

/** By value of `harvest_format`. */
export const HARVEST_FORMATS: ReadonlyMap<string, HarvestFormat> = new Map<string, HarvestFormat>([
  ['image/png', { coding: 'png', samples: ['UINT8'], parameters: [['FORMAT', 'image/png']] }],
  ['image/tiff', { coding: 'tiff', samples: ['UINT8', 'FLOAT32'], parameters: [['FORMAT', 'image/tiff']] }],
  ['image/jpeg', { coding: 'jpeg', samples: ['UINT8'], parameters: [['FORMAT', 'image/jpeg']] }],
  ['image/x-bil;bits=32', { coding: 'bil', samples: ['FLOAT32'], parameters: [['FORMAT', 'image/x-bil;bits=32']] }],
  ...['deflate', 'lzw', 'packbits', 'raw'].map(tiff),
]);

/** A service and what is asked of it. */
export interface WmsService {
  readonly url: string;
  /** Separated by commas. */
  readonly layers: string;
  /** A key of {@link HARVEST_FORMATS}. */
  readonly format: string;
  /** Parameters that the producer adds, some of them secret. */
  readonly extras: readonly (readonly [name: string, value: string])[];
}

/** Parameters that the harvest itself gives. */
export const OWN_PARAMETERS: ReadonlySet<string> = new Set([
  ...['service', 'version', 'request', 'layers', 'crs', 'srs', 'bbox', 'width', 'height', 'format'],
  'format_options',
]);

/** A map that is asked for. */
export interface MapWindow {
  readonly srid: number;
  /** East or longitude first. */
  readonly box: Bbox;
  /** Pixels. */
  readonly width: number;
  readonly height: number;
}

/** The address of a map: GetMap 1.3.0, ordinates in the order of the reference system. */
export function mapUrl(service: WmsService, { srid, box, width, height }: MapWindow): URL {
  const url = new URL(service.url);
  for (const name of [...url.searchParams.keys()]) {
    if (OWN_PARAMETERS.has(name.toLowerCase())) url.searchParams.delete(name);
  }
  const extras = new Set(service.extras.map(([name]) => name.toLowerCase()));
  const { minX, minY, maxX, maxY } = box;
  const parameters: (readonly [string, string])[] = [
    ['SERVICE', 'WMS'],
    ['VERSION', '1.3.0'],
    ['REQUEST', 'GetMap'],
    ['LAYERS', service.layers],
    ...(extras.has('styles') ? [] : [['STYLES', ''] as const]),
    ['CRS', toEpsg(srid)],
    ['BBOX', (isNorthingFirst(srid) ? [minY, minX, maxY, maxX] : [minX, minY, maxX, maxY]).join(',')],
    ['WIDTH', String(width)],
    ['HEIGHT', String(height)],
    ...(HARVEST_FORMATS.get(service.format)?.parameters ?? []),
    ...service.extras,
  ];
  for (const [name, value] of parameters) url.searchParams.append(name, value);
  return url;
}

/** The parameters of a text like `apikey=…&transparent=true`. */
export function readExtras(text: string): (readonly [string, string])[] {
  return [...new URLSearchParams(text.replace(/^[?&]+/, ''))].filter(([name]) => name !== '');
}

/** The address of a service as a log may show it: without query, which may hold secrets. */
export function shownUrl(url: string): string {
  const { origin, pathname } = new URL(url);
  return `${origin}${pathname}`;
}

/** Shortest value that is taken for a secret: `1` or `fr` would be taken out of everything. */
const SECRET_LENGTH = 3;

/** What takes the values that a producer gave out of the words of a service. */
export function redactor(service: WmsService): (text: string) => string {
  const values = [...service.extras.map(([, value]) => value), ...new URL(service.url).searchParams.values()];
  const secrets = [...new Set(values.flatMap(writingsOf))]
    .filter((value) => value.length >= SECRET_LENGTH)
    .toSorted((a, b) => b.length - a.length);
  return (text) => secrets.reduce((shown, secret) => shown.replaceAll(secret, '***'), text);
}

/** How services may write a value: as it is, or as it is in an address, spaces as `%20` or `+`, hexadecimals of either case. */
function writingsOf(value: string): string[] {
  const encoded = [encodeURIComponent(value), new URLSearchParams([['', value]]).toString().slice(1)];
  const inAddresses = encoded.flatMap((text) => [text, text.replaceAll('%20', '+'), text.replaceAll('+', '%20')]);
  const lower = inAddresses.map((text) => text.replaceAll(/%[0-9A-F]{2}/g, (code) => code.toLowerCase()));
  return [value, value.replaceAll(' ', '+'), ...inAddresses, ...lower];
}
