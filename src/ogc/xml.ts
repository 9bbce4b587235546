import { SaxesParser } from 'saxes';

/**
 * XML in and out, in one place: documents are built as trees that escape themselves, and hostile
 * input is read without DTD, entities or external references, under depth and size limits.
 */

/** A node of an outgoing document: text, an element, or nothing (`null`, `undefined`, `false` are left out). */
export type XmlChild = string | number | XmlElement | RenderedXml | null | undefined | false | readonly XmlChild[];

/** An element that is written already, for parts that many documents share. */
export class RenderedXml {
  readonly text: string;

  constructor(element: XmlElement) {
    this.text = renderElement(element);
  }
}

/** Attributes of an outgoing element; `undefined` ones are left out. */
export type XmlAttributes = Readonly<Record<string, string | number | boolean | undefined>>;

/** An element with its prefixed name, attributes and children, in document order. */
export interface XmlElement {
  readonly name: string;
  readonly attributes: XmlAttributes;
  readonly children: readonly XmlChild[];
}

/** Builds an element of an outgoing document. Nothing is escaped here: {@link renderXml} does it. */
export function el(name: string, attributes: XmlAttributes = {}, ...children: XmlChild[]): XmlElement {
  return { name, attributes, children };
}

/** Writes one element tree, without declaration and without any white space between elements. */
export function renderElement(element: XmlElement): string {
  const out: string[] = [];
  writeElement(element, out);
  return out.join('');
}

/** Writes a whole document: XML declaration in UTF-8, then the root. */
export function renderXml(root: XmlElement): string {
  return `<?xml version="1.0" encoding="UTF-8"?>${renderElement(root)}`;
}

/** Escapes text for use between tags. Characters that XML 1.0 forbids are dropped (XML 1.0 §2.2). */
export function escapeText(text: string): string {
  return dropForbidden(text).replace(/[&<>]/g, (c) => (c === '&' ? '&amp;' : c === '<' ? '&lt;' : '&gt;'));
}

/** Escapes text for use in a double-quoted attribute value. */
export function escapeAttribute(text: string): string {
  return escapeText(text).replace(/["\n\r\t]/g, (c) => (c === '"' ? '&quot;' : `&#${c.charCodeAt(0)};`));
}

function dropForbidden(text: string): string {
  // oxlint-disable-next-line no-control-regex -- these are the characters XML 1.0 cannot carry
  return text.replace(/[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]/g, '');
}

function writeElement(element: XmlElement, out: string[]): void {
  out.push('<', element.name);
  for (const [name, value] of Object.entries(element.attributes)) {
    if (value !== undefined) out.push(' ', name, '="', escapeAttribute(String(value)), '"');
  }
  const start = out.length;
  out.push('>');
  writeChildren(element.children, out);
  if (out.length === start + 1) out[start] = '/>';
  else out.push('</', element.name, '>');
}

function writeChildren(children: readonly XmlChild[], out: string[]): void {
  for (const child of children) {
    if (child === null || child === undefined || child === false) continue;
    if (typeof child === 'string') out.push(escapeText(child));
    else if (typeof child === 'number') out.push(String(child));
    else if (child instanceof RenderedXml) out.push(child.text);
    else if (isChildList(child)) writeChildren(child, out);
    else writeElement(child, out);
  }
}

function isChildList(child: XmlElement | readonly XmlChild[]): child is readonly XmlChild[] {
  return Array.isArray(child);
}

/** An element of an incoming document, namespace resolved. */
export interface ReadElement {
  /** Local name, without prefix. */
  readonly name: string;
  /** Namespace URI, empty when none. */
  readonly namespace: string;
  /** Attributes by local name. */
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly ReadElement[];
  /** Text directly inside this element (CDATA included), pieces joined, not trimmed. */
  readonly text: string;
  /** Children and text runs in document order, for mixed content such as an SLD Label. */
  readonly content: readonly (ReadElement | string)[];
  /** Line of the start tag, from 1. */
  readonly line: number;
}

/** Limits on an incoming document. */
export interface XmlLimits {
  /** Characters. */
  readonly maxLength: number;
  readonly maxDepth: number;
  readonly maxElements: number;
}

export const DEFAULT_XML_LIMITS: XmlLimits = { maxLength: 5_000_000, maxDepth: 100, maxElements: 200_000 };

/** Why a document is refused, for callers that say it in another language. */
export type XmlFault = 'doctype' | 'limit' | 'malformed';

/** Raised for a document that is not well-formed, holds a DTD, or passes a limit. */
export class XmlReadError extends Error {
  /** @param line line of the fault, from 1 */
  constructor(
    message: string,
    readonly line: number,
    readonly fault: XmlFault,
  ) {
    super(message);
    this.name = 'XmlReadError';
  }
}

interface OpenElement {
  name: string;
  namespace: string;
  attributes: Record<string, string>;
  children: ReadElement[];
  content: (ReadElement | string)[];
  line: number;
}

/**
 * Reads an XML document into a tree.
 *
 * A DOCTYPE is refused whatever it holds, so entity bombs and external entities cannot exist.
 * @throws XmlReadError with the line of the first fault
 */
export function readXml(text: string, limits: XmlLimits = DEFAULT_XML_LIMITS): ReadElement {
  if (text.length > limits.maxLength)
    throw new XmlReadError(`document longer than ${limits.maxLength} characters`, 1, 'limit');
  const parser = new SaxesParser({ xmlns: true, position: true });
  const stack: OpenElement[] = [];
  let root: ReadElement | null = null;
  let elements = 0;
  const fail = (message: string, fault: XmlFault = 'malformed'): never => {
    throw new XmlReadError(message, parser.line, fault);
  };
  parser.on('error', (error) => fail(error.message.replace(/^\d+:\d+: /, '')));
  // XML 1.1 has characters that the XML 1.0 of our answers cannot carry.
  parser.on('xmldecl', ({ version }) => {
    if (version !== undefined && version !== '1.0') fail(`XML ${version} is not supported`);
  });
  parser.on('doctype', () => fail('DOCTYPE is not allowed', 'doctype'));
  parser.on('opentag', (tag) => {
    elements += 1;
    if (elements > limits.maxElements) fail(`more than ${limits.maxElements} elements`, 'limit');
    if (stack.length >= limits.maxDepth) fail(`elements nested deeper than ${limits.maxDepth}`, 'limit');
    const attributes: Record<string, string> = Object.create(null) as Record<string, string>;
    for (const attribute of Object.values(tag.attributes)) {
      if (attribute.prefix !== 'xmlns' && attribute.name !== 'xmlns') attributes[attribute.local] = attribute.value;
    }
    stack.push({ name: tag.local, namespace: tag.uri, attributes, children: [], content: [], line: parser.line });
  });
  const addText = (value: string): void => {
    stack.at(-1)?.content.push(value);
  };
  parser.on('text', addText);
  parser.on('cdata', addText);
  parser.on('closetag', () => {
    const open = stack.pop();
    if (open === undefined) return;
    const element: ReadElement = { ...open, text: open.content.filter((part) => typeof part === 'string').join('') };
    const parent = stack.at(-1);
    if (parent === undefined) root = element;
    else {
      parent.children.push(element);
      parent.content.push(element);
    }
  });
  parser.write(text).close();
  return root ?? fail('empty document');
}

/** First child with this local name, whatever its namespace. */
export function child(element: ReadElement, name: string): ReadElement | undefined {
  return element.children.find((candidate) => candidate.name === name);
}

/** All children with this local name, whatever their namespace. */
export function childrenNamed(element: ReadElement, name: string): ReadElement[] {
  return element.children.filter((candidate) => candidate.name === name);
}
