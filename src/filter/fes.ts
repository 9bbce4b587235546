import { child, readXml, XmlReadError, type ReadElement } from '../ogc/xml.js';
import { parseFiniteNumber } from '../geo/bbox.js';
import { isGmlGeometry, readGml, readGmlBox, type GmlGeometry } from './gml.js';
import {
  FilterError,
  localName,
  MAX_FILTER_DEPTH,
  metresPerUnit,
  readPattern,
  type ComparisonOperator,
  type Filter,
  type Literal,
  type Operand,
  type Property,
  type SpatialOperator,
} from './model.js';

/**
 * XML filters: OGC Filter Encoding 1.0 and 1.1, and FES 2.0 (OGC 09-026r2), read into the one model.
 * Namespaces are not looked at, since clients mix them. Functions and arithmetic are refused by name.
 */

const COMPARISONS: Readonly<Record<string, ComparisonOperator>> = {
  PropertyIsEqualTo: '=',
  PropertyIsNotEqualTo: '<>',
  PropertyIsLessThan: '<',
  PropertyIsLessThanOrEqualTo: '<=',
  PropertyIsGreaterThan: '>',
  PropertyIsGreaterThanOrEqualTo: '>=',
};

const SPATIAL_OPERATORS: Readonly<Record<string, SpatialOperator>> = {
  Intersects: 'intersects',
  Disjoint: 'disjoint',
  Within: 'within',
  Contains: 'contains',
  Touches: 'touches',
  Crosses: 'crosses',
  Overlaps: 'overlaps',
  Equals: 'equals',
};

const PROPERTY_NAMES = new Set(['PropertyName', 'ValueReference']);
const ID_ATTRIBUTES: Readonly<Record<string, string>> = { ResourceId: 'rid', FeatureId: 'fid', GmlObjectId: 'id' };

/**
 * Reads a `Filter` document.
 * @param matchCase whether texts are compared with regard to case where the filter does not say
 * @throws FilterError for XML that is not well-formed, for unknown operators and for what is not supported
 * @throws UnknownCrsError for a `srsName` that is not known
 */
export function parseFes(xml: string, matchCase = true): Filter {
  let root: ReadElement;
  try {
    root = readXml(xml);
  } catch (error) {
    if (error instanceof XmlReadError) throw new FilterError('syntax', `line ${error.line}: ${error.message}`);
    throw error;
  }
  if (root.name !== 'Filter') throw new FilterError('syntax', `The root element is ${root.name}, not Filter`);
  return readFilterElement(root, matchCase);
}

/** Reads a `Filter` element of a larger document (a WFS query, an SLD rule). @throws as {@link parseFes} */
export function readFilterElement(filter: ReadElement, matchCase = true): Filter {
  const ids = filter.children.filter((element) => Object.hasOwn(ID_ATTRIBUTES, element.name));
  if (ids.length > 0) {
    if (ids.length < filter.children.length)
      throw new FilterError('syntax', 'identifiers cannot be mixed with other operators');
    return { kind: 'ids', ids: ids.map(readId) };
  }
  return readOperator(only(filter), matchCase, 0);
}

function readId(element: ReadElement): string {
  const id = element.attributes[ID_ATTRIBUTES[element.name] ?? ''];
  if (id === undefined || id === '') throw new FilterError('syntax', `${element.name} holds no identifier`);
  return id;
}

function readOperator(element: ReadElement, matchCase: boolean, depth: number): Filter {
  if (depth > MAX_FILTER_DEPTH) throw new FilterError('too-complex', `filter nested deeper than ${MAX_FILTER_DEPTH}`);
  const { name } = element;
  if (Object.hasOwn(COMPARISONS, name)) return readComparison(element, COMPARISONS[name] ?? '=', matchCase);
  if (Object.hasOwn(SPATIAL_OPERATORS, name)) return readSpatial(element, SPATIAL_OPERATORS[name] ?? 'intersects');
  switch (name) {
    case 'And':
    case 'Or':
      if (element.children.length === 0) throw new FilterError('syntax', `${name} is empty`);
      return {
        kind: name === 'And' ? 'and' : 'or',
        filters: element.children.map((operator) => readOperator(operator, matchCase, depth + 1)),
      };
    case 'Not':
      return { kind: 'not', filter: readOperator(only(element), matchCase, depth + 1) };
    case 'PropertyIsNull':
    case 'PropertyIsNil':
      return { kind: 'isNull', operand: readProperty(only(element)) };
    case 'PropertyIsLike':
      return readLike(element, matchCase);
    case 'PropertyIsBetween':
      return readBetween(element);
    case 'BBOX':
      return readBbox(element);
    case 'DWithin':
    case 'Beyond':
      return readDistance(element, name === 'DWithin' ? 'dwithin' : 'beyond');
    default:
      throw new FilterError('unsupported', `The operator ${name} is not supported`);
  }
}

function only(element: ReadElement): ReadElement {
  const [first, ...others] = element.children;
  if (first === undefined || others.length > 0) throw new FilterError('syntax', `${element.name} takes one element`);
  return first;
}

function readComparison(element: ReadElement, operator: ComparisonOperator, matchCase: boolean): Filter {
  const [left, right, ...others] = element.children;
  if (left === undefined || right === undefined || others.length > 0)
    throw new FilterError('syntax', `${element.name} takes two operands`);
  return {
    kind: 'comparison',
    operator,
    left: readOperand(left),
    right: readOperand(right),
    matchCase: readMatchCase(element) ?? matchCase,
  };
}

function readMatchCase({ attributes }: ReadElement): boolean | undefined {
  const written = attributes['matchCase'];
  return written === undefined ? undefined : !['false', '0'].includes(written);
}

function readOperand(element: ReadElement): Operand {
  if (PROPERTY_NAMES.has(element.name)) return readProperty(element);
  if (element.name === 'Literal') return readLiteral(element);
  const name = element.attributes['name'];
  throw new FilterError(
    'unsupported',
    `${element.name === 'Function' ? `The function ${name ?? ''}` : `The expression ${element.name}`} is not supported`,
  );
}

function readProperty(element: ReadElement): Property {
  if (!PROPERTY_NAMES.has(element.name))
    throw new FilterError('unsupported', `${element.name} cannot be used where an attribute is expected`);
  const name = localName(element.text.trim());
  if (name === '') throw new FilterError('syntax', `${element.name} is empty`);
  return { kind: 'property', name };
}

function readLiteral(element: ReadElement): Literal {
  if (element.children.length > 0) throw new FilterError('unsupported', 'A Literal must be text here');
  return { kind: 'literal', type: 'untyped', text: element.text.trim() };
}

function readLike(element: ReadElement, matchCase: boolean): Filter {
  const { attributes, children } = element;
  const property = children.find((part) => PROPERTY_NAMES.has(part.name));
  const literal = child(element, 'Literal');
  if (property === undefined || literal === undefined || children.length !== 2)
    throw new FilterError('syntax', 'PropertyIsLike takes an attribute and a Literal');
  const symbols = {
    any: attributes['wildCard'] ?? '*',
    one: attributes['singleChar'] ?? '.',
    // The attribute was misspelt `escape` in Filter Encoding 1.0.
    escape: attributes['escapeChar'] ?? attributes['escape'] ?? '!',
  };
  return {
    kind: 'like',
    operand: readProperty(property),
    pattern: readPattern(readLiteral(literal).text, symbols),
    matchCase: readMatchCase(element) ?? matchCase,
  };
}

function readBetween(element: ReadElement): Filter {
  const property = element.children.find((part) => PROPERTY_NAMES.has(part.name));
  const lower = child(element, 'LowerBoundary');
  const upper = child(element, 'UpperBoundary');
  if (property === undefined || lower === undefined || upper === undefined)
    throw new FilterError('syntax', 'PropertyIsBetween takes an attribute, LowerBoundary and UpperBoundary');
  return {
    kind: 'between',
    operand: readProperty(property),
    lower: readOperand(only(lower)),
    upper: readOperand(only(upper)),
  };
}

interface SpatialOperands extends GmlGeometry {
  readonly property: string | null;
}

function readSpatialOperands(element: ReadElement): SpatialOperands {
  const property = element.children.find((part) => PROPERTY_NAMES.has(part.name));
  const geometry = element.children.find(isGmlGeometry);
  const known = new Set([property, geometry, child(element, 'Distance')]);
  const strange = element.children.find((part) => !known.has(part));
  if (strange !== undefined)
    throw new FilterError('unsupported', `${strange.name} in ${element.name} is not supported`);
  if (geometry === undefined) throw new FilterError('syntax', `${element.name} needs a geometry`);
  return { property: property === undefined ? null : readProperty(property).name, ...readGml(geometry) };
}

function readSpatial(element: ReadElement, operator: SpatialOperator): Filter {
  return { kind: 'spatial', operator, ...readSpatialOperands(element) };
}

/** BBOX holds an attribute, which may be missing (the default geometry), and an envelope. */
function readBbox(element: ReadElement): Filter {
  const property = element.children.find((part) => PROPERTY_NAMES.has(part.name));
  const envelope = element.children.find((part) => part !== property);
  if (envelope === undefined || element.children.length > 2) throw new FilterError('syntax', 'BBOX needs an Envelope');
  return {
    kind: 'bbox',
    property: property === undefined ? null : readProperty(property).name,
    ...readGmlBox(envelope),
  };
}

function readDistance(element: ReadElement, operator: 'dwithin' | 'beyond'): Filter {
  const distance = child(element, 'Distance');
  const length = parseFiniteNumber(distance?.text ?? '');
  if (distance === undefined || length === null || length < 0)
    throw new FilterError('syntax', `${element.name} needs a Distance`);
  const unit = distance.attributes['uom'] ?? distance.attributes['units'] ?? 'm';
  const metres = metresPerUnit(unit);
  if (metres === null) throw new FilterError('unsupported', `The unit ${unit} is not supported`);
  return { kind: 'distance', operator, ...readSpatialOperands(element), metres: length * metres };
}
