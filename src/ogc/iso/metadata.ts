import { UnreadableFileError } from '../unreadable.js';
import { child, type ReadElement, readXml, XmlReadError } from '../xml.js';
import { xmlFaultSentence } from '../xml-faults.js';

/** Metadata records: ISO 19139 (gmd, gmi), which producers write, and ISO 19115-3 (mdb). */

export const METADATA_LEVELS = ['DATASET', 'SERIES'] as const;
export type MetadataLevel = (typeof METADATA_LEVELS)[number];

/** What the platform reads of a record. */
export interface MetadataRecord {
  readonly fileIdentifier: string;
  readonly level: MetadataLevel;
  /** Title of the resource, absent when the record gives none. */
  readonly title?: string;
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

/** Where each standard writes what is read, from the root, by local names; `*` is any element. */
interface Standard {
  readonly label: string;
  readonly isRoot: (root: ReadElement) => boolean;
  readonly identifier: readonly string[];
  readonly level: readonly string[];
  readonly title: readonly string[];
}

const STANDARDS: readonly Standard[] = [
  {
    label: 'ISO 19139',
    isRoot: ({ name, namespace }) =>
      (name === 'MD_Metadata' && namespace === 'http://www.isotc211.org/2005/gmd') ||
      (name === 'MI_Metadata' && namespace === 'http://www.isotc211.org/2005/gmi'),
    identifier: ['fileIdentifier'],
    level: ['hierarchyLevel', 'MD_ScopeCode'],
    title: ['identificationInfo', '*', 'citation', 'CI_Citation', 'title'],
  },
  {
    label: 'ISO 19115-3',
    isRoot: ({ name, namespace }) =>
      name === 'MD_Metadata' && /^http:\/\/standards\.iso\.org\/iso\/19115\/-3\/mdb\/\d/.test(namespace),
    identifier: ['metadataIdentifier', 'MD_Identifier', 'code'],
    level: ['metadataScope', 'MD_MetadataScope', 'resourceScope', 'MD_ScopeCode'],
    title: ['identificationInfo', '*', 'citation', 'CI_Citation', 'title'],
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
  const title = textAt(root, standard.title);
  return {
    fileIdentifier: readIdentifier(root, standard),
    level: readLevel(root, standard),
    ...(title === null ? {} : { title }),
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
  const path = `${identifier.join('/')}/CharacterString`;
  const text = textAt(root, identifier);
  const line = find(root, identifier)?.line ?? root.line;
  if (text === null) throw new MetadataError(`l'élément ${path} (${label}) est absent ou vide`, line);
  if (text.length > MAX_IDENTIFIER_LENGTH) {
    throw new MetadataError(`l'élément ${path} dépasse ${MAX_IDENTIFIER_LENGTH} caractères`, line);
  }
  if (/\p{Cc}/u.test(text)) throw new MetadataError(`l'élément ${path} contient un caractère de contrôle`, line);
  return text;
}

/** Anything but a series is shown as a dataset: the API knows no other level. */
function readLevel(root: ReadElement, { level }: Standard): MetadataLevel {
  const code = find(root, level);
  const value = code?.attributes['codeListValue'] ?? code?.text ?? '';
  return value.trim().toLowerCase() === 'series' ? 'SERIES' : 'DATASET';
}

/** The text of an element's CharacterString, or of the Anchor that may stand for it; `null` when there is none. */
function textAt(root: ReadElement, path: readonly string[]): string | null {
  const element = find(root, path);
  if (element === undefined) return null;
  const text = (child(element, 'CharacterString') ?? child(element, 'Anchor'))?.text.trim() ?? '';
  return text === '' ? null : text;
}

function find(root: ReadElement, path: readonly string[]): ReadElement | undefined {
  let element: ReadElement | undefined = root;
  for (const name of path) {
    if (element === undefined) return undefined;
    element = name === '*' ? element.children[0] : child(element, name);
  }
  return element;
}
