import pg from 'pg';
import { OwsException, tooBusy } from '../ogc/ows/exceptions.js';
import { BusyError } from '../slots.js';

/** SQLSTATE of a statement that ran too long, or was cancelled. */
const QUERY_CANCELED = '57014';

/** "Data exception" and, from PostGIS, "internal error": what the client asked cannot be computed. */
const DATA_EXCEPTION = /^22/;
const POSTGIS_FAULT = 'XX000';

/** "Undefined column", "table" and "schema": the data were changed under a layer that is not synchronised yet. */
const UNDEFINED = new Set(['42703', '42P01', '3F000']);

/** What clients are told of the latter, in the words of every service. */
export const CHANGED_STRUCTURE = 'The structure of the data has changed: the layer must be synchronised';

/**
 * Why PostgreSQL refuses a query that was well formed: it took too long, or its values have no image (a geometry outside
 * the domain of a projection, a number out of range), or what it reads is no more. `null` for other errors.
 */
export function queryFault(error: unknown): 'timeout' | 'data' | 'structure' | null {
  if (!(error instanceof pg.DatabaseError) || error.code === undefined) return null;
  if (error.code === QUERY_CANCELED) return 'timeout';
  if (UNDEFINED.has(error.code)) return 'structure';
  return DATA_EXCEPTION.test(error.code) || error.code === POSTGIS_FAULT ? 'data' : null;
}

/** What a client of WFS or CSW is told of such a refusal, and of a turn that did not come. Other errors stay as they are. */
export function asQueryFault(error: unknown): unknown {
  if (error instanceof BusyError) return tooBusy();
  switch (queryFault(error)) {
    case 'timeout':
      return new OwsException('NoApplicableCode', 'The request took too long and was stopped', undefined, 503);
    case 'data':
      return new OwsException('NoApplicableCode', `The request cannot be computed: ${(error as Error).message}`);
    case 'structure':
      return new OwsException('NoApplicableCode', CHANGED_STRUCTURE);
    default:
      return error;
  }
}
