import pg from 'pg';
import { OwsException } from '../ogc/ows/exceptions.js';

/** SQLSTATE of a statement that ran too long, or was cancelled. */
const QUERY_CANCELED = '57014';

/** "Data exception" and, from PostGIS, "internal error": what the client asked cannot be computed. */
const DATA_EXCEPTION = /^22/;
const POSTGIS_FAULT = 'XX000';

/** A column, table or schema that the layer was published with is gone. */
const GONE = new Set(['42703', '42P01', '3F000']);

/**
 * Why PostgreSQL refuses a query that was well formed: it took too long, or its values have no image (a geometry outside
 * the domain of a projection, a number out of range), or the data changed since the layer was published (lifecycle §4.4:
 * its reading is broken until it is synchronised). `null` for other errors.
 */
export function queryFault(error: unknown): 'timeout' | 'data' | 'changed' | null {
  if (!(error instanceof pg.DatabaseError) || error.code === undefined) return null;
  if (error.code === QUERY_CANCELED) return 'timeout';
  if (GONE.has(error.code)) return 'changed';
  return DATA_EXCEPTION.test(error.code) || error.code === POSTGIS_FAULT ? 'data' : null;
}

/** What a client of WFS or WMS is told of such a refusal. Other errors come back as they are. */
export function asQueryFault(error: unknown): unknown {
  switch (queryFault(error)) {
    case 'timeout':
      return new OwsException('NoApplicableCode', 'The request took too long and was stopped', undefined, 503);
    case 'data':
      return new OwsException('NoApplicableCode', `The request cannot be computed: ${(error as Error).message}`);
    case 'changed':
      return new OwsException('NoApplicableCode', `The data of the layer has changed: ${(error as Error).message}`);
    default:
      return error;
  }
}
