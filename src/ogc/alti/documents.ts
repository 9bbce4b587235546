import { el, renderXml, type XmlChild, type XmlElement } from '../xml.js';
import type { AltimetryResource, Elevation, Measure, MeasureText } from './model.js';
import type { HeightDifferences } from './profile.js';
import type { AltimetryError, AltimetryFormat, ElevationRequest } from './request.js';

/** Answers of the altimetry service, in JSON and in XML (spec diffusion §10.1). */

const INDENT = 4;

/** The resources with all of these keywords, whatever their case. */
export function resourceList(resources: readonly AltimetryResource[], keywords: readonly string[]): object {
  const wanted = keywords.map((keyword) => keyword.toLowerCase());
  const listed = resources.filter(({ keywords: own }) => {
    const has = new Set(own.map((keyword) => keyword.toLowerCase()));
    return wanted.every((keyword) => has.has(keyword));
  });
  return { resources: listed.map(({ name, title, bbox }) => ({ _id: name, title, ...(bbox && { bbox }) })) };
}

export function resourceDetail({ name, title, abstract, keywords, bbox, sources }: AltimetryResource): object {
  return {
    _id: name,
    title,
    abstract,
    keywords,
    ...(bbox && { bbox }),
    used_data: sources.map((used) => ({
      title: used.title,
      ...(used.bbox && { bbox: used.bbox }),
      source: shownText(used.source),
      accuracy: shownText(used.accuracy),
    })),
  };
}

/** The pyramids themselves are the producer's. */
function shownText(text: MeasureText): object {
  return 'value' in text ? { value: text.value } : { mapping: text.mapping };
}

/** What an answer of elevations says. */
export interface ElevationAnswer {
  readonly elevations: readonly Elevation[];
  readonly request: Pick<ElevationRequest, 'indent' | 'zonly'>;
  /** Of a profile, which is always told in full. */
  readonly differences?: HeightDifferences;
}

export function elevationDocument(format: AltimetryFormat, answer: ElevationAnswer): string {
  const { elevations, request, differences } = answer;
  const zOnly = request.zonly && differences === undefined;
  if (format === 'json') {
    const shown = zOnly ? elevations.map(({ z }) => z) : elevations;
    const document = { elevations: shown, ...(differences && { height_differences: differences }) };
    return JSON.stringify(document, null, request.indent ? INDENT : 0);
  }
  const root = el(
    'elevations',
    {},
    elevations.map((elevation) => (zOnly ? el('z', {}, elevation.z) : elevationElement(elevation))),
    differences && el('height_differences', {}, members({ ...differences })),
  );
  return renderXml(request.indent ? indented(root, 0) : root);
}

function elevationElement({ lon, lat, z, acc, measures }: Elevation): XmlElement {
  return el(
    'elevation',
    {},
    members({ lon, lat, z, acc }),
    measures &&
      el(
        'measures',
        {},
        measures.map((measure: Measure) => el('measure', {}, members({ ...measure }))),
      ),
  );
}

function members(values: Readonly<Record<string, string | number>>): XmlElement[] {
  return Object.entries(values).map(([name, value]) => el(name, {}, value));
}

/** Elements below one another; what holds text stays as it is. */
function indented({ name, attributes, children }: XmlElement, depth: number): XmlElement {
  const elements = elementsOf(children);
  if (elements.length === 0) return el(name, attributes, ...children);
  const margin = (levels: number) => `\n${' '.repeat(INDENT * levels)}`;
  const lines = elements.flatMap((element): XmlChild[] => [margin(depth + 1), indented(element, depth + 1)]);
  return el(name, attributes, ...lines, margin(depth));
}

function elementsOf(children: readonly XmlChild[]): XmlElement[] {
  return children.flatMap((child): XmlElement[] => {
    if (typeof child !== 'object' || child === null || 'text' in child) return [];
    return 'children' in child ? [child] : elementsOf(child);
  });
}

export function errorDocument(format: AltimetryFormat, { code, message }: AltimetryError): string {
  return format === 'json'
    ? JSON.stringify({ error: { code, description: message } })
    : renderXml(el('error', {}, members({ code, description: message })));
}
