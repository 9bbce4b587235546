import { namesByRole, organisationsOf, type RecordContent, subjectsOf } from '../iso/content.js';
import { el, type XmlElement } from '../xml.js';
import type { CatalogueRecord } from './model.js';

/** Records as `dcat:Dataset` (W3C DCAT in RDF/XML), what portals of open data harvest. */

const XMLNS = {
  'xmlns:dcat': 'http://www.w3.org/ns/dcat#',
  'xmlns:dct': 'http://purl.org/dc/terms/',
  'xmlns:foaf': 'http://xmlns.com/foaf/0.1/',
  'xmlns:rdf': 'http://www.w3.org/1999/02/22-rdf-syntax-ns#',
  'xmlns:rdfs': 'http://www.w3.org/2000/01/rdf-schema#',
  'xmlns:vcard': 'http://www.w3.org/2006/vcard/ns#',
  'xmlns:locn': 'http://www.w3.org/ns/locn#',
};

export function dcatDataset({ identifier, content }: CatalogueRecord): XmlElement {
  const publishers = namesByRole(content, 'publisher', 'distributor', 'owner');
  return el(
    'dcat:Dataset',
    XMLNS,
    el('dct:identifier', {}, identifier),
    text('dct:title', content.title),
    text('dct:description', content.abstract),
    subjectsOf(content).map((subject) => el('dcat:keyword', {}, subject)),
    content.inspireThemes.map((theme) => el('dcat:theme', {}, el('rdf:Description', {}, el('rdfs:label', {}, theme)))),
    text('dct:created', content.dates.creation),
    text('dct:issued', content.dates.publication),
    text('dct:modified', content.dates.revision ?? content.modified),
    content.resourceLanguages.map((language) => el('dct:language', {}, language)),
    (publishers.length > 0 ? publishers : organisationsOf(content).slice(0, 1)).map((name) =>
      el('dct:publisher', {}, el('foaf:Organization', {}, el('foaf:name', {}, name))),
    ),
    content.parties.slice(0, 1).map(contactPoint),
    content.boxes.map(({ west, south, east, north }) =>
      el(
        'dct:spatial',
        {},
        el(
          'dct:Location',
          {},
          el(
            'locn:geometry',
            { 'rdf:datatype': 'http://www.opengis.net/ont/geosparql#wktLiteral' },
            `POLYGON((${west} ${south},${east} ${south},${east} ${north},${west} ${north},${west} ${south}))`,
          ),
        ),
      ),
    ),
    text('dct:provenance', content.lineage),
    [...content.useConditions, ...content.otherConstraints].map((right) =>
      el('dct:accessRights', {}, el('dct:RightsStatement', {}, el('rdfs:label', {}, right))),
    ),
    content.links.map((link) => distribution(link, content)),
  );
}

function text(name: string, value: string | undefined): XmlElement | undefined {
  return value === undefined ? undefined : el(name, {}, value);
}

function contactPoint({ organisation, individual, email }: RecordContent['parties'][number]): XmlElement {
  return el(
    'dcat:contactPoint',
    {},
    el(
      'vcard:Organization',
      {},
      text('vcard:fn', organisation ?? individual),
      email === undefined ? undefined : el('vcard:hasEmail', { 'rdf:resource': `mailto:${email}` }),
    ),
  );
}

function distribution(link: RecordContent['links'][number], { formats }: RecordContent): XmlElement {
  return el(
    'dcat:distribution',
    {},
    el(
      'dcat:Distribution',
      {},
      text('dct:title', link.name),
      text('dct:description', link.description),
      el('dcat:accessURL', { 'rdf:resource': link.url }),
      formats.slice(0, 1).map((format) => el('dct:format', {}, format)),
    ),
  );
}
