import { GEOGRAPHIC_EPSG_CODES, KNOWN_EPSG_CODES, NORTHING_FIRST_EPSG_CODES } from './epsg-axes.js';

/**
 * Coordinate reference systems: the spellings clients use, and the axis order each spelling means.
 *
 * The rule is GeoServer's (docs.geoserver.org, services/wfs/axis_order): `EPSG:n` and the GML 2 URL mean x,y whatever
 * the authority says; URNs and the `def/crs` URL mean the authority's own order.
 */

/** A CRS as one request spelt it. */
export interface Crs {
  readonly authority: 'EPSG' | 'CRS' | 'IGNF';
  /** Code in that authority: `4326`, `84`, `LAMB93`. */
  readonly code: string;
  /** EPSG code of the same CRS, which is also its PostGIS SRID. */
  readonly srid: number;
  /** Order of ordinates that this spelling denotes in WFS 1.1 and 2.0 and in GML. */
  readonly axisOrder: 'xy' | 'yx';
  /** True when the authority itself puts northing or latitude first (what WMS 1.3.0 goes by, whatever the spelling). */
  readonly isLatLon: boolean;
}

/** Raised for text that names no CRS known here. */
export class UnknownCrsError extends Error {
  /** @param text what the client wrote */
  constructor(readonly text: string) {
    super(`Unknown CRS: ${text}`);
    this.name = 'UnknownCrsError';
  }
}

/** IGN codes that have an EPSG twin, among those the platform's data and tile matrix sets use. */
const IGNF_TWINS: Readonly<Record<string, number>> = {
  ETRS89G: 4258,
  ETRS89GEO: 4258,
  ETRS89LAEA: 3035,
  ETRS89LCC: 3034,
  LAMB1: 27561,
  LAMB2: 27562,
  LAMB3: 27563,
  LAMB4: 27564,
  LAMB1C: 27571,
  LAMB2C: 27572,
  LAMB3C: 27573,
  LAMB4C: 27574,
  LAMB93: 2154,
  LAMBE: 27572,
  NTFG: 4275,
  RGAF09G: 5489,
  RGAF09GEO: 5489,
  RGAF09UTM20: 5490,
  RGF93CC42: 3942,
  RGF93CC43: 3943,
  RGF93CC44: 3944,
  RGF93CC45: 3945,
  RGF93CC46: 3946,
  RGF93CC47: 3947,
  RGF93CC48: 3948,
  RGF93CC49: 3949,
  RGF93CC50: 3950,
  RGF93G: 4171,
  RGF93GEO: 4171,
  RGF93LAMB93: 2154,
  RGFG95G: 4624,
  RGFG95GEO: 4624,
  RGM04G: 4470,
  RGM04GEO: 4470,
  RGM04UTM38S: 4471,
  RGNCLAM: 3163,
  RGNCUTM57S: 3169,
  RGNCUTM58S: 3170,
  RGNCUTM59S: 3171,
  RGPFUTM5S: 3296,
  RGPFUTM6S: 3297,
  RGPFUTM7S: 3298,
  RGPFUTM8S: 3299,
  RGR92G: 4627,
  RGR92GEO: 4627,
  RGR92UTM40S: 2975,
  RGSPM06G: 4463,
  RGSPM06GEO: 4463,
  RGSPM06U21: 4467,
  UTM01SW84: 32701,
  UTM20W84MART: 32620,
  UTM22RGFG95: 2972,
  UTM39SW84: 32739,
  UTM42SW84: 32742,
  UTM43SW84: 32743,
  WGS84G: 4326,
  WGS84UTM1S: 32701,
  WGS84UTM30: 32630,
  WGS84UTM31: 32631,
  WGS84UTM32: 32632,
};

/** The code web maps used before EPSG gave spherical Mercator one. */
const WEB_MERCATOR_ALIAS = { alias: 900913, srid: 3857 } as const;

const knownCodes = readRanges(KNOWN_EPSG_CODES);
const northingFirstCodes = readRanges(NORTHING_FIRST_EPSG_CODES);
const geographicCodes = readRanges(GEOGRAPHIC_EPSG_CODES);

function readRanges(text: string): ReadonlySet<number> {
  const codes = new Set<number>();
  for (const word of text.split(' ')) {
    const [from = 0, to = from] = word.split('-').map(Number);
    for (let code = from; code <= to; code += 1) codes.add(code);
  }
  return codes;
}

interface Spelling {
  readonly pattern: RegExp;
  /** Whether ordinates come in the authority's order (else always x,y). */
  readonly authorityOrder: boolean;
}

// Each pattern captures the authority, then the code. Versions (`:6.9:`, `/0/`, `:1.3:`) do not matter.
const SPELLINGS: readonly Spelling[] = [
  { pattern: /^(EPSG|CRS|IGNF):([\w.]+)$/i, authorityOrder: false },
  { pattern: /^urn:(?:x-)?ogc:def:crs:(EPSG|OGC|CRS|IGNF):(?:[\w.]*:)?([\w.]+)$/i, authorityOrder: true },
  { pattern: /^https?:\/\/www\.opengis\.net\/def\/crs\/(EPSG|OGC|IGNF)\/[\w.]+\/([\w.]+)$/i, authorityOrder: true },
  { pattern: /^https?:\/\/www\.opengis\.net\/gml\/srs\/(epsg)\.xml#(\d+)$/i, authorityOrder: false },
];

/**
 * Reads any spelling of diffusion.md §4, case-insensitively.
 * @throws UnknownCrsError for anything else, unassigned EPSG codes included
 */
export function parseCrs(text: string): Crs {
  const trimmed = text.trim();
  for (const { pattern, authorityOrder } of SPELLINGS) {
    const match = pattern.exec(trimmed);
    if (match === null) continue;
    const [, authority = '', code = ''] = match;
    const crs = lookUp(authority.toUpperCase(), code.toUpperCase(), authorityOrder);
    if (crs !== null) return crs;
  }
  throw new UnknownCrsError(trimmed);
}

function lookUp(authority: string, code: string, authorityOrder: boolean): Crs | null {
  if (authority === 'EPSG') {
    const srid = /^\d{1,7}$/.test(code) ? Number(code) : 0;
    return isKnownSrid(srid) ? epsg(srid, authorityOrder) : null;
  }
  if (authority === 'IGNF') {
    // IGN's own registry gives every one of these east first.
    const srid = Object.hasOwn(IGNF_TWINS, code) ? IGNF_TWINS[code] : undefined;
    return srid === undefined ? null : { authority: 'IGNF', code, srid, axisOrder: 'xy', isLatLon: false };
  }
  // `CRS:84`, `urn:ogc:def:crs:OGC:1.3:CRS84`, `…/def/crs/OGC/1.3/CRS84`
  if (code !== '84' && code !== 'CRS84') return null;
  return { authority: 'CRS', code: '84', srid: 4326, axisOrder: 'xy', isLatLon: false };
}

function epsg(code: number, authorityOrder: boolean): Crs {
  const srid = code === WEB_MERCATOR_ALIAS.alias ? WEB_MERCATOR_ALIAS.srid : code;
  const isLatLon = isNorthingFirst(srid);
  const axisOrder = authorityOrder && isLatLon ? 'yx' : 'xy';
  return { authority: 'EPSG', code: String(srid), srid, axisOrder, isLatLon };
}

/** Whether EPSG defines a horizontal or compound CRS with this code. */
export function isKnownSrid(srid: number): boolean {
  return knownCodes.has(srid) || srid === WEB_MERCATOR_ALIAS.alias;
}

/** Whether EPSG puts northing or latitude first for this code. */
export function isNorthingFirst(srid: number): boolean {
  return northingFirstCodes.has(srid);
}

/** Whether coordinates are angles (latitude and longitude) rather than lengths. */
export function isGeographic(srid: number): boolean {
  return geographicCodes.has(srid);
}

/** `urn:ogc:def:crs:EPSG::n`, the spelling WFS 2.0 documents use: ordinates in the authority's order. */
export function toUrn(srid: number): string {
  return `urn:ogc:def:crs:EPSG::${srid}`;
}

/** `EPSG:n`. */
export function toEpsg(srid: number): string {
  return `EPSG:${srid}`;
}

/** The CRS of stored geometries as WFS 2.0 denotes it by default: authority order. */
export function crsOfSrid(srid: number): Crs {
  return epsg(srid, true);
}
