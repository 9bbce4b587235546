import { type ReadElement, readXml, XmlReadError } from '../../ogc/xml.js';

/** What a WMS says when it gives no map. */

/** Longest text that is quoted. */
const MAX_TEXT = 500;
/** Characters of a document that are looked at. */
const MAX_READ = 64 * 1024;
const LIMITS = { maxLength: MAX_READ, maxDepth: 50, maxElements: 1000 };

const TEXT_ELEMENTS = new Set(['ServiceException', 'ExceptionText']);

/** The text of an exception document, or the words of any other one, on one line. */
export function exceptionText(body: Buffer): string {
  const text = body.toString('utf8', 0, MAX_READ);
  const words = (xmlText(text) ?? text.replaceAll(/<[^>]*>/g, ' ')).replaceAll(/\s+/g, ' ').trim();
  return words.length > MAX_TEXT ? `${words.slice(0, MAX_TEXT)}…` : words;
}

function xmlText(text: string): string | null {
  try {
    const found = [...textsOf(readXml(text, LIMITS))];
    return found.length === 0 ? null : found.join(' ');
  } catch (error) {
    if (error instanceof XmlReadError) return null;
    throw error;
  }
}

function* textsOf(element: ReadElement): Generator<string> {
  if (TEXT_ELEMENTS.has(element.name)) yield `${element.attributes['code'] ?? ''} ${element.text}`;
  else for (const child of element.children) yield* textsOf(child);
}
