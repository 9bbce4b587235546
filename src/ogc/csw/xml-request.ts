import { parseCql } from '../../filter/cql.js';
import { readFilterElement } from '../../filter/fes.js';
import type { Filter } from '../../filter/model.js';
import { child, childrenNamed, type ReadElement, readXml, type XmlLimits } from '../xml.js';
import { asCswException, invalidParameter, missingParameter } from './exceptions.js';
import { type CswRequest, MATCH_CASE, type SortKey } from './model.js';
import { readCswRequest } from './request.js';

/** Limits on a request in XML. */
export const REQUEST_LIMITS: XmlLimits = { maxLength: 512 * 1024, maxDepth: 60, maxElements: 5000 };

/**
 * Reads a request in XML; one in a SOAP envelope is that of its body.
 * @throws OwsException
 */
export function readXmlRequest(xml: string): CswRequest {
  try {
    return readElement(unwrap(readXml(xml, REQUEST_LIMITS)));
  } catch (error) {
    throw asCswException(error, 'constraint');
  }
}

function unwrap(root: ReadElement): ReadElement {
  if (root.name !== 'Envelope') return root;
  const [request] = child(root, 'Body')?.children ?? [];
  if (request === undefined) throw missingParameter('request');
  return request;
}

function readElement(root: ReadElement): CswRequest {
  const { attributes } = root;
  const query = child(root, 'Query');
  const texts = (name: string, from: ReadElement | undefined = root): string[] =>
    (from === undefined ? [] : childrenNamed(from, name))
      .flatMap(({ text }) => text.trim().split(/[\s,]+/))
      .filter(isText);
  const lines = (name: string): string[] =>
    childrenNamed(root, name)
      .map(({ text }) => text.trim())
      .filter(isText);
  const elementSet = child(query ?? root, 'ElementSetName')?.text.trim();
  return readCswRequest({
    operation: root.name,
    service: attributes['service'] ?? 'CSW',
    version: attributes['version'] ?? '2.0.2',
    acceptVersions: texts('Version', child(root, 'AcceptVersions')),
    sections: texts('Section', child(root, 'Sections')),
    typeNames: [...(query?.attributes['typeNames'] ?? '').split(/[\s,]+/).filter(isText), ...texts('TypeName')],
    outputFormat: attributes['outputFormat'],
    outputSchema: attributes['outputSchema'],
    schemaLanguage: attributes['schemaLanguage'],
    resultType: attributes['resultType'],
    startPosition: attributes['startPosition'],
    maxRecords: attributes['maxRecords'],
    elementSetName: elementSet === '' ? undefined : elementSet,
    elementNames: texts('ElementName', query),
    ids: lines('Id'),
    propertyNames: texts('PropertyName'),
    parameterNames: texts('ParameterName'),
    hasResponseHandler: child(root, 'ResponseHandler') !== undefined,
    readFilter: () => readConstraint(query),
    readSortBy: () => readSortBy(query),
  });
}

function isText(text: string): boolean {
  return text !== '';
}

function readConstraint(query: ReadElement | undefined): Filter {
  const constraint = query === undefined ? undefined : child(query, 'Constraint');
  if (constraint === undefined) return { kind: 'include' };
  const filter = child(constraint, 'Filter');
  if (filter !== undefined) {
    // MetaSearch and others send an empty filter when nothing is asked.
    return filter.children.length === 0 ? { kind: 'include' } : readFilterElement(filter, MATCH_CASE);
  }
  const cql = child(constraint, 'CqlText')?.text.trim();
  if (cql === undefined || cql === '') throw invalidParameter('constraint', 'A constraint holds a Filter or a CqlText');
  return parseCql(cql, MATCH_CASE);
}

function readSortBy(query: ReadElement | undefined): SortKey[] {
  const sortBy = query === undefined ? undefined : child(query, 'SortBy');
  return (sortBy === undefined ? [] : childrenNamed(sortBy, 'SortProperty')).map((key) => ({
    property: child(key, 'PropertyName')?.text.trim() ?? '',
    descending: isDescending(child(key, 'SortOrder')?.text.trim() ?? 'ASC'),
  }));
}

function isDescending(order: string): boolean {
  if (!/^(?:a|d)(?:sc|esc)?$/i.test(order)) throw invalidParameter('sortBy', `${order} is none of ASC, DESC`);
  return /^d/i.test(order);
}
