import pg from 'pg';
import { OwsException } from '../ogc/ows/exceptions.js';

/** SQLSTATE of a statement that ran too long, or was cancelled. */
const QUERY_CANCELED = '57014';

/** "Data exception" and, from PostGIS, "internal error": what the client asked cannot be computed. */
const DATA_EXCEPTION = /^22/;
const POSTGIS_FAULT = 'XX000';

/**
 * What a client is told when PostgreSQL refuses a query that was well formed: it took too long, or its values have no
 * image (a geometry outside the domain of a projection, a number out of range). Other errors come back as they are.
 */
export function asQueryFault(error: unknown): unknown {
  if (!(error instanceof pg.DatabaseError) || error.code === undefined) return error;
  if (error.code === QUERY_CANCELED)
    return new OwsException('NoApplicableCode', 'The request took too long and was stopped', undefined, 503);
  if (DATA_EXCEPTION.test(error.code) || error.code === POSTGIS_FAULT)
    return new OwsException('NoApplicableCode', `The request cannot be computed: ${error.message}`);
  return error;
}
