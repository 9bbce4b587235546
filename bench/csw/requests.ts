import { createRandom } from '../lib/statistics.js';
import { word } from './records.js';

/** GetRecords in XML, the same to both sides. */

export const KINDS = ['full text', 'box', 'both'] as const;
export type Kind = (typeof KINDS)[number];

export interface SearchOptions {
  readonly maxRecords: number;
}

/** Distinct requests of a kind. */
export function requestsOf(kind: Kind, count: number, { maxRecords }: SearchOptions): string[] {
  const random = createRandom(KINDS.indexOf(kind) + 1);
  return Array.from({ length: count }, (_, i) => {
    const [south, west] = [42 + random() * 7, -4 + random() * 11];
    const text = like(word(i * 7 + 3));
    const box = bbox([south, west, south + 1 + random(), west + 1 + random()]);
    const filters = { 'full text': text, box, both: `<ogc:And>${text}${box}</ogc:And>` };
    return getRecords(filters[kind], maxRecords);
  });
}

function getRecords(filter: string, maxRecords: number): string {
  return `<?xml version="1.0" encoding="UTF-8"?><csw:GetRecords xmlns:csw="http://www.opengis.net/cat/csw/2.0.2" xmlns:ogc="http://www.opengis.net/ogc" xmlns:gml="http://www.opengis.net/gml" xmlns:ows="http://www.opengis.net/ows" service="CSW" version="2.0.2" resultType="results" outputSchema="http://www.opengis.net/cat/csw/2.0.2" outputFormat="application/xml" maxRecords="${maxRecords}"><csw:Query typeNames="csw:Record"><csw:ElementSetName>full</csw:ElementSetName><csw:Constraint version="1.1.0"><ogc:Filter>${filter}</ogc:Filter></csw:Constraint></csw:Query></csw:GetRecords>`;
}

function like(text: string): string {
  return `<ogc:PropertyIsLike wildCard="%" singleChar="_" escapeChar="\\"><ogc:PropertyName>csw:AnyText</ogc:PropertyName><ogc:Literal>%${text}%</ogc:Literal></ogc:PropertyIsLike>`;
}

function bbox([south, west, north, east]: readonly [number, number, number, number]): string {
  const corner = (a: number, b: number): string => `${a.toFixed(2)} ${b.toFixed(2)}`;
  return `<ogc:BBOX><ogc:PropertyName>ows:BoundingBox</ogc:PropertyName><gml:Envelope srsName="urn:ogc:def:crs:EPSG::4326"><gml:lowerCorner>${corner(south, west)}</gml:lowerCorner><gml:upperCorner>${corner(north, east)}</gml:upperCorner></gml:Envelope></ogc:BBOX>`;
}
