import { Type } from 'typebox';
import { STORED_DATA_TYPES, UPLOAD_TYPES } from '../../catalogue/data-types.js';
import { PRIORITIES } from '../../catalogue/processings.js';
import { CheckItem } from '../checks/schema.js';
import { FieldsQuery, PageQuery, SortQuery } from '../lists.js';
import { FreeObject, Instant, Uuid } from '../schemas.js';

const UploadType = Type.Enum([...UPLOAD_TYPES]);
const StoredDataType = Type.Enum([...STORED_DATA_TYPES]);

export const DatastoreParams = Type.Object({ datastore: Uuid });
export const ProcessingParams = Type.Object({ datastore: Uuid, processing: Uuid });

export const ListQuery = Type.Object({
  ...PageQuery.properties,
  ...FieldsQuery.properties,
  ...SortQuery.properties,
  name: Type.Optional(Type.String()),
  input_upload_type: Type.Optional(UploadType),
  input_stored_data_type: Type.Optional(StoredDataType),
  output_upload_type: Type.Optional(UploadType),
  output_stored_data_type: Type.Optional(StoredDataType),
});

export const LIST_FIELDS = {
  defaults: ['name', 'description'],
  legal: ['name', 'description', 'creation', 'priority', 'input_types', 'output_types'],
  aliases: { output_types: 'output_type', output_type: 'output_type' },
} as const;

const shown = {
  name: Type.String(),
  description: Type.String(),
  creation: Instant,
  priority: Type.Enum([...PRIORITIES]),
  input_types: Type.Object({ upload: Type.Array(UploadType), stored_data: Type.Array(StoredDataType) }),
  output_type: Type.Union([
    Type.Object({ stored_data: StoredDataType, storage: Type.Array(Type.String()) }),
    Type.Object({ upload: UploadType }),
  ]),
};

export const ProcessingItem = Type.Intersect([Type.Object({ _id: Uuid }), Type.Partial(Type.Object(shown))]);

export const ProcessingDetail = Type.Object(
  {
    _id: Uuid,
    ...shown,
    update: Instant,
    parameters: Type.Array(
      Type.Object({
        name: Type.String(),
        description: Type.String(),
        mandatory: Type.Boolean(),
        default_value: Type.Optional(Type.Union([Type.String(), Type.Number(), Type.Boolean()])),
        constraints: Type.Optional(FreeObject),
        static_type: Type.Optional(Type.String()),
      }),
    ),
    required_checks: Type.Array(CheckItem),
  },
  { title: 'ProcessingStandardDetailResponseDto' },
);
