import { Type } from 'typebox';
import { UPLOAD_TYPES } from '../../catalogue/data-types.js';
import { checkExecutionStates } from '../../domain/states/check-execution.js';
import { PageQuery, SortQuery } from '../lists.js';
import { Callback, FreeObject, Instant, Uuid } from '../schemas.js';

const UploadType = Type.Enum([...UPLOAD_TYPES]);
const Status = Type.Enum([...checkExecutionStates.statuses]);

export const DatastoreParams = Type.Object({ datastore: Uuid });
export const CheckParams = Type.Object({ datastore: Uuid, check: Uuid });
export const ExecutionParams = Type.Object({ datastore: Uuid, execution: Uuid });

export const ListQuery = Type.Object({
  ...PageQuery.properties,
  ...SortQuery.properties,
  name: Type.Optional(Type.String()),
  default_upload_type: Type.Optional(UploadType),
});

export const ExecutionsQuery = Type.Object({
  ...PageQuery.properties,
  ...SortQuery.properties,
  status: Type.Optional(Status),
  upload: Type.Optional(Uuid),
  check: Type.Optional(Uuid),
});

export const CallbackBody = Type.Object({ callback: Type.Optional(Callback) }, { title: 'ExecutionUpdateDto' });

const check = { _id: Uuid, creation: Instant, update: Instant, name: Type.String(), description: Type.String() };

export const CheckItem = Type.Object(check, { title: 'CheckingListResponseDto' });

export const CheckDetail = Type.Object(
  { ...check, default_uploads_check: Type.Array(UploadType) },
  { title: 'CheckingStandardDetailResponseDto' },
);

const execution = {
  _id: Uuid,
  creation: Instant,
  update: Instant,
  status: Status,
  check: Type.Object({ _id: Uuid, name: Type.String() }),
};

export const ExecutionItem = Type.Object(execution, { title: 'CheckingExecutionListResponseDto' });

export const ExecutionDetail = Type.Object(
  {
    ...execution,
    start: Type.Optional(Instant),
    finish: Type.Optional(Instant),
    upload: Type.Object({ _id: Uuid, name: Type.String(), type: UploadType }),
    callback: Type.Optional(FreeObject),
  },
  { title: 'CheckingExecutionStandardDetailResponseDto' },
);
