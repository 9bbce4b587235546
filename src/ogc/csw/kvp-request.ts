import { parseCql } from '../../filter/cql.js';
import { parseFes } from '../../filter/fes.js';
import type { Filter } from '../../filter/model.js';
import { Kvp, splitList } from '../ows/kvp.js';
import { asCswException, invalidParameter, missingParameter } from './exceptions.js';
import { type CswRequest, MATCH_CASE, type SortKey } from './model.js';
import { readCswRequest } from './request.js';

/** Reads a query string. @throws OwsException */
export function readKvpRequest(query: string): CswRequest {
  try {
    const kvp = Kvp.parse(query);
    const operation = kvp.get('request');
    if (operation === undefined) throw missingParameter('request');
    return readCswRequest({
      operation,
      service: kvp.get('service'),
      version: kvp.get('version'),
      acceptVersions: splitList(kvp.get('acceptVersions')),
      sections: splitList(kvp.get('sections')),
      typeNames: splitList(kvp.first('typeNames', 'typeName')),
      outputFormat: kvp.get('outputFormat'),
      outputSchema: kvp.get('outputSchema'),
      schemaLanguage: kvp.get('schemaLanguage'),
      resultType: kvp.get('resultType'),
      startPosition: kvp.get('startPosition'),
      maxRecords: kvp.get('maxRecords'),
      elementSetName: kvp.get('elementSetName'),
      elementNames: splitList(kvp.get('elementName')),
      ids: readIds(kvp.get('id')),
      propertyNames: splitList(kvp.get('propertyName')),
      parameterNames: splitList(kvp.get('parameterName')),
      hasResponseHandler: kvp.get('responseHandler') !== undefined,
      readFilter: () => readConstraint(kvp),
      readSortBy: () => splitList(kvp.get('sortBy')).map(readSortKey),
    });
  } catch (error) {
    throw asCswException(error, 'request');
  }
}

function readConstraint(kvp: Kvp): Filter {
  const constraint = kvp.get('constraint');
  if (constraint === undefined) return { kind: 'include' };
  const language = kvp.get('constraintLanguage');
  if (language === undefined) throw missingParameter('constraintLanguage');
  switch (language.toUpperCase()) {
    case 'CQL_TEXT':
    case 'CQL':
      return parseCql(constraint, MATCH_CASE);
    case 'FILTER':
      return parseFes(constraint, MATCH_CASE);
    default:
      throw invalidParameter('constraintLanguage', `${language} is none of CQL_TEXT, FILTER`);
  }
}

/** A list, and the whole of it: an identifier may hold commas. */
function readIds(text: string | undefined): string[] {
  const list = splitList(text);
  return text === undefined || list.length < 2 ? list : [...list, text];
}

/** `dc:title:A`, `Modified:D`, or a name alone: prefixes have colons too. */
function readSortKey(text: string): SortKey {
  const [, property = text, order = 'A'] = /^(.*):([ad](?:sc|esc)?)$/i.exec(text) ?? [];
  return { property, descending: order.toUpperCase().startsWith('D') };
}
