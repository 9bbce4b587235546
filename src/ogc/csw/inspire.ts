import { el, type XmlElement } from '../xml.js';

/** What INSPIRE adds to the capabilities of a discovery service: its metadata, embedded (scenario 2 of its guidance). */

const NAMESPACES = {
  'xmlns:inspire_ds': 'http://inspire.ec.europa.eu/schemas/inspire_ds/1.0',
  'xmlns:inspire_com': 'http://inspire.ec.europa.eu/schemas/common/1.0',
  'xsi:schemaLocation':
    'http://inspire.ec.europa.eu/schemas/inspire_ds/1.0 http://inspire.ec.europa.eu/schemas/inspire_ds/1.0/inspire_ds.xsd',
} as const;

/** As the endpoints of the platform. */
const DATE = '2022-01-01';

/** Answers are in one language, whatever `LANGUAGE` asks for. */
const LANGUAGE = 'fre';

export interface InspireService {
  /** Public URL of the service, without query. */
  readonly serviceUrl: string;
  readonly email: string;
}

/** The last element of `ows:OperationsMetadata`. */
export function inspireCapabilities({ serviceUrl, email }: InspireService): XmlElement {
  return el(
    'inspire_ds:ExtendedCapabilities',
    NAMESPACES,
    common(
      'ResourceLocator',
      common('URL', `${serviceUrl}?SERVICE=CSW&VERSION=2.0.2&REQUEST=GetCapabilities`),
      common('MediaType', 'application/xml'),
    ),
    common('ResourceType', 'service'),
    common('TemporalReference', common('DateOfPublication', DATE)),
    common(
      'Conformity',
      common(
        'Specification',
        common('Title', 'Règlement (CE) n° 976/2009 de la Commission du 19 octobre 2009'),
        common('DateOfPublication', '2009-10-20'),
      ),
      common('Degree', 'notEvaluated'),
    ),
    common('MetadataPointOfContact', common('OrganisationName', 'geopf-local'), common('EmailAddress', email)),
    common('MetadataDate', DATE),
    common('SpatialDataServiceType', 'discovery'),
    common('MandatoryKeyword', common('KeywordValue', 'infoCatalogueService')),
    common('SupportedLanguages', common('DefaultLanguage', common('Language', LANGUAGE))),
    common('ResponseLanguage', common('Language', LANGUAGE)),
  );
}

function common(name: string, ...content: (XmlElement | string)[]): XmlElement {
  return el(`inspire_com:${name}`, {}, ...content);
}
