import type { Static } from 'typebox';
import { readFields, readPage, readSort } from '../lists.js';
import { LIST_FIELDS, type ListQuery } from './catalogue-schema.js';

/**
 * What the query of a list of processings asks for.
 * @throws ApiError bad_request
 */
export function readList(query: Static<typeof ListQuery>) {
  return {
    fields: readFields(query, LIST_FIELDS),
    page: readPage(query),
    sort: readSort(query, ['creation']),
    filters: {
      name: query.name,
      inputUploadType: query.input_upload_type,
      inputStoredDataType: query.input_stored_data_type,
      outputUploadType: query.output_upload_type,
      outputStoredDataType: query.output_stored_data_type,
    },
  };
}
