import { type ParsedTemplate, parseTemplate } from '../ogc/ftl/template.js';
import { type MetadataRecord, parseMetadata } from '../ogc/iso/metadata.js';
import { parseRok4Style } from '../ogc/rok4/style.js';
import type { Rok4Style } from '../ogc/rok4/style-model.js';
import { type ParsedSld, parseSld } from '../ogc/sld/parse.js';
import { type ParsedDerivation, parseDerivation } from '../processing/sql/derivation.js';

/** What the platform reads of each kind of small file that a producer sends. */
export interface FileContents {
  readonly 'GEOSERVER-STYLE': ParsedSld;
  readonly 'GEOSERVER-FTL': ParsedTemplate;
  readonly 'ROK4-STYLE': Rok4Style;
  readonly 'DERIVATION-SQL': ParsedDerivation;
  readonly METADATA: MetadataRecord;
}

export type FileKind = keyof FileContents;

/** A file to read. `strict`: refuse what the platform refuses even where we could do more. */
export interface FileReading<Kind extends FileKind> {
  readonly kind: Kind;
  readonly text: string;
  readonly strict: boolean;
}

const PARSERS: { readonly [Kind in FileKind]: (reading: FileReading<Kind>) => FileContents[Kind] } = {
  'GEOSERVER-STYLE': ({ text, strict }) => parseSld(text, { strict }),
  'GEOSERVER-FTL': ({ text }) => parseTemplate(text),
  'ROK4-STYLE': ({ text }) => parseRok4Style(text),
  'DERIVATION-SQL': ({ text }) => parseDerivation(text),
  METADATA: ({ text }) => parseMetadata(text),
};

/** Reads a file at once, on the thread of the caller. @throws UnreadableFileError */
export function parseFile<Kind extends FileKind>(reading: FileReading<Kind>): FileContents[Kind] {
  return PARSERS[reading.kind](reading);
}

/** Whether a kind of file is XML, which names its encoding itself. */
export function isXml(kind: FileKind): boolean {
  return kind === 'GEOSERVER-STYLE' || kind === 'METADATA';
}
