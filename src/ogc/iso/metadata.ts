import { UnreadableFileError } from '../unreadable.js';
import { type ReadElement, readXml, XmlReadError } from '../xml.js';
import { xmlFaultSentence } from '../xml-faults.js';
import type { RecordContent } from './content.js';
import { elementsAt } from './elements.js';
import { readContent } from './read-content.js';

/** Metadata records: ISO 19139 (gmd, gmi), which producers write, and ISO 19115-3 (mdb). */

export const METADATA_LEVELS = ['DATASET', 'SERIES'] as const;
export type MetadataLevel = (typeof METADATA_LEVELS)[number];

/** What the platform reads of a record. */
export interface MetadataRecord {
  readonly fileIdentifier: string;
  readonly level: MetadataLevel;
  readonly content: RecordContent;
}

/** Raised for a record that cannot be read; the sentence names line and reason. */
export class MetadataError extends UnreadableFileError {
  /** @param line line of the document, from 1 */
  constructor(
    readonly reason: string,
    readonly line: number,
  ) {
    super([`Fichier de métadonnées invalide, ligne ${line} : ${reason}.`]);
    this.name = 'MetadataError';
  }
}

/** What tells one standard from the other, and where each writes its identifier. */
interface Standard {
  readonly label: string;
  readonly name: RecordContent['standard'];
  readonly isRoot: (root: ReadElement) => boolean;
  /** Path from the root. */
  readonly identifier: string;
}

const STANDARDS: readonly Standard[] = [
  {
    label: 'ISO 19139',
    name: 'gmd',
    isRoot: ({ name, namespace }) =>
      (name === 'MD_Metadata' && namespace === 'http://www.isotc211.org/2005/gmd') ||
      (name === 'MI_Metadata' && namespace === 'http://www.isotc211.org/2005/gmi'),
    identifier: 'fileIdentifier',
  },
  {
    label: 'ISO 19115-3',
    name: 'mdb',
    isRoot: ({ name, namespace }) =>
      name === 'MD_Metadata' && /^http:\/\/standards\.iso\.org\/iso\/19115\/-3\/mdb\/\d/.test(namespace),
    identifier: 'metadataIdentifier/MD_Identifier/code',
  },
];

const MAX_IDENTIFIER_LENGTH = 255;

/**
 * Reads a record (spec lifecycle §6).
 * @throws MetadataError naming the line and the reason, in French
 */
export function parseMetadata(xml: string): MetadataRecord {
  const root = readDocument(xml);
  const standard = STANDARDS.find(({ isRoot }) => isRoot(root));
  if (standard === undefined) {
    throw new MetadataError(
      `la racine est ${root.name} (${root.namespace || 'sans espace de noms'}) au lieu de gmd:MD_Metadata (ISO 19139) ou mdb:MD_Metadata (ISO 19115-3)`,
      root.line,
    );
  }
  const content = readContent(root, standard.name);
  return {
    fileIdentifier: readIdentifier(root, standard),
    // Anything but a series is shown as a dataset: the API knows no other level.
    level: content.level.toLowerCase() === 'series' ? 'SERIES' : 'DATASET',
    content,
  };
}

function readDocument(xml: string): ReadElement {
  try {
    return readXml(xml);
  } catch (error) {
    if (error instanceof XmlReadError) throw new MetadataError(xmlFaultSentence(error), error.line);
    throw error;
  }
}

function readIdentifier(root: ReadElement, { identifier, label }: Standard): string {
  const path = `${identifier}/CharacterString`;
  const [element] = elementsAt(root, identifier);
  const line = element?.line ?? root.line;
  const [written] = element === undefined ? [] : elementsAt(element, 'CharacterString|Anchor');
  const text = written?.text.trim() ?? '';
  if (text === '') throw new MetadataError(`l'élément ${path} (${label}) est absent ou vide`, line);
  if (text.length > MAX_IDENTIFIER_LENGTH) {
    throw new MetadataError(`l'élément ${path} dépasse ${MAX_IDENTIFIER_LENGTH} caractères`, line);
  }
  if (/\p{Cc}/u.test(text)) throw new MetadataError(`l'élément ${path} contient un caractère de contrôle`, line);
  return text;
}
