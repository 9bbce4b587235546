import { toUrn } from '../../geo/crs.js';
import { escapeText } from '../xml.js';
import type { InfoFormat } from './request.js';

/** Answers of GetFeatureInfo, as GeoServer writes them. */

/** The features of one relation under the point. */
export interface FoundFeatures {
  /** Name of the layer that holds the relation. */
  readonly layer: string;
  readonly relation: string;
  readonly geometryColumn: string;
  readonly features: readonly FoundFeature[];
}

export interface FoundFeature {
  /** `{relation}.{key}`. */
  readonly id: string;
  /** GeoJSON geometry in the CRS of the map, x eastwards, as JSON text; `null` when not asked for. */
  readonly geometryJson: string | null;
  /** PostGIS type name. */
  readonly geometryType: string;
  readonly pointCount: number;
  /** Attribute values by name: JSON text, and the text people read (`null` for a missing value). */
  readonly properties: readonly { readonly name: string; readonly json: string; readonly text: string | null }[];
}

/** What the answer says of its request. */
export interface InfoContext {
  /** EPSG code of the map, in which geometries are. */
  readonly srid: number;
  /** Time of the answer, the only part of it that changes. */
  readonly now: Date;
}

/** Writes the answer. */
export function writeFeatureInfo(
  format: InfoFormat,
  found: readonly FoundFeatures[],
  context: InfoContext,
): { contentType: string; body: string } {
  switch (format) {
    case 'application/json':
      return { contentType: 'application/json;charset=UTF-8', body: toJson(found, context) };
    case 'text/plain':
      return { contentType: 'text/plain;charset=UTF-8', body: toText(found) };
    case 'text/html':
      return { contentType: 'text/html;charset=UTF-8', body: toHtml(found) };
  }
}

function toJson(found: readonly FoundFeatures[], { srid, now }: InfoContext): string {
  const features = found.flatMap((group) => group.features.map((feature) => featureJson(group, feature)));
  const crs = features.length === 0 ? 'null' : JSON.stringify({ type: 'name', properties: { name: toUrn(srid) } });
  return (
    `{"type":"FeatureCollection","features":[${features.join(',')}],"totalFeatures":"unknown",` +
    `"numberReturned":${features.length},"timeStamp":${JSON.stringify(now.toISOString())},"crs":${crs}}`
  );
}

function featureJson({ geometryColumn }: FoundFeatures, feature: FoundFeature): string {
  const properties = feature.properties.map(({ name, json }) => `${JSON.stringify(name)}:${json}`);
  // GeoServer names no geometry when the request leaves it out.
  const geometry =
    feature.geometryJson === null
      ? '"geometry":null'
      : `"geometry":${feature.geometryJson},"geometry_name":${JSON.stringify(geometryColumn)}`;
  return `{"type":"Feature","id":${JSON.stringify(feature.id)},${geometry},"properties":{${properties.join(',')}}}`;
}

const RULE = '--------------------------------------------';

function toText(found: readonly FoundFeatures[]): string {
  const lines = found
    .filter(({ features }) => features.length > 0)
    .flatMap((group) => [
      `Results for FeatureType 'http://${group.layer}:${group.relation}':`,
      RULE,
      ...group.features.flatMap((feature) => [
        ...feature.properties.map(({ name, text }) => `${name} = ${text ?? 'null'}`),
        ...(feature.geometryJson === null
          ? []
          : [`${group.geometryColumn} = [GEOMETRY (${feature.geometryType}) with ${feature.pointCount} points]`]),
        RULE,
      ]),
    ]);
  return lines.length === 0 ? 'no features were found\n' : `${lines.join('\n')}\n`;
}

function toHtml(found: readonly FoundFeatures[]): string {
  const tables = found
    .filter(({ features }) => features.length > 0)
    .map(({ relation, features }) => {
      const names = features[0]?.properties.map(({ name }) => name) ?? [];
      const head = ['fid', ...names].map((name) => `<th>${escapeText(name)}</th>`).join('');
      const rows = features.map(({ id, properties }) => {
        const cells = [id, ...properties.map(({ text }) => text ?? '')];
        return `<tr>${cells.map((cell) => `<td>${escapeText(cell)}</td>`).join('')}</tr>`;
      });
      return `<table class="featureInfo"><caption class="featureInfo">${escapeText(relation)}</caption><tr>${head}</tr>${rows.join('')}</table>`;
    });
  return (
    '<!DOCTYPE html><html><head><meta charset="utf-8"><title>GetFeatureInfo</title></head>' +
    `<body>${tables.join('<br>')}</body></html>`
  );
}
