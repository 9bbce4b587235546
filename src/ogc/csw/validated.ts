import { el, renderElement } from '../xml.js';
import { assertSortable, recordCondition } from './conditions.js';
import { asCswException } from './exceptions.js';
import { CSW_VERSION, type GetRecords } from './model.js';
import { declare, schemaUri } from './schemas.js';

/**
 * A request that is valid down to the properties it names, as an element to echo.
 * @param body the request as it came in XML; `null`: it came in a query string
 * @throws OwsException
 */
export function validatedRequest(request: GetRecords, body: string | null): string {
  try {
    recordCondition(request.filter);
  } catch (error) {
    throw asCswException(error, 'constraint');
  }
  assertSortable(request.sortBy);
  if (body !== null && body.trimStart().startsWith('<'))
    return body.replace(/^\uFEFF?(?:\s|<\?[\s\S]*?\?>|<!--[\s\S]*?-->)*/, '');
  return renderElement(
    el(
      'csw:GetRecords',
      {
        ...declare('csw'),
        service: 'CSW',
        version: CSW_VERSION,
        resultType: request.resultType,
        outputSchema: schemaUri(request.outputSchema),
        startPosition: request.startPosition,
        maxRecords: request.maxRecords,
      },
      el('csw:Query', { typeNames: 'csw:Record' }, el('csw:ElementSetName', {}, request.elementSet)),
    ),
  );
}
