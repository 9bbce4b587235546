import { Type } from 'typebox';
import { STORED_DATA_TYPES, UPLOAD_TYPES } from '../../catalogue/data-types.js';
import { STORAGE_TYPES } from '../../catalogue/storages.js';
import { processingExecutionStates } from '../../domain/states/processing-execution.js';
import { storedDataStates } from '../../domain/states/stored-data.js';
import { uploadStates } from '../../domain/states/upload.js';
import { PageQuery, SortQuery } from '../lists.js';
import { Callback, FreeObject, Instant, Uuid } from '../schemas.js';

const ExecutionStatus = Type.Enum([...processingExecutionStates.statuses]);

export const DatastoreParams = Type.Object({ datastore: Uuid });
export const ExecutionParams = Type.Object({ datastore: Uuid, execution: Uuid });

const ExistingOutput = Type.Object({ id: Uuid }, { description: 'Modifie une entité existante.' });
const Ids = (description: string) => Type.Optional(Type.Array(Uuid, { uniqueItems: true, description }));

export const CreateBody = Type.Object(
  {
    processing: Uuid,
    inputs: Type.Optional(
      Type.Object({
        upload: Ids('Livraisons fermées (CLOSED).'),
        stored_data: Ids('Données stockées générées (GENERATED).'),
      }),
    ),
    output: Type.Object({
      stored_data: Type.Optional(
        Type.Union([
          ExistingOutput,
          Type.Object(
            {
              name: Type.String({ minLength: 1, maxLength: 255 }),
              storage_type: Type.Optional(Type.Enum([...STORAGE_TYPES])),
              storage_tags: Type.Optional(Type.Array(Type.String())),
            },
            { description: 'Crée une donnée stockée.' },
          ),
        ]),
      ),
      upload: Type.Optional(Type.Union([ExistingOutput, Type.Object({ name: Type.String({ minLength: 1 }) })])),
    }),
    parameters: Type.Optional(FreeObject),
    callback: Type.Optional(Callback),
  },
  { title: 'ProcessingExecutionCreateDto' },
);

export const PatchBody = Type.Object({ callback: Type.Optional(Callback) }, { title: 'ExecutionUpdateDto' });

/** Query of the lists of executions, whatever they look at. */
export const LIST_FILTERS = {
  ...PageQuery.properties,
  ...SortQuery.properties,
  status: Type.Optional(ExecutionStatus),
  processing: Type.Optional(Uuid),
  input_upload: Type.Optional(Uuid),
  input_stored_data: Type.Optional(Uuid),
  output_upload: Type.Optional(Uuid),
  output_stored_data: Type.Optional(Uuid),
};

export const ListQuery = Type.Object(LIST_FILTERS);

const item = {
  _id: Uuid,
  creation: Instant,
  update: Instant,
  processing: Type.Object({ _id: Uuid, name: Type.String(), creation: Instant, update: Instant }),
  status: ExecutionStatus,
  launch: Type.Optional(Instant),
  start: Type.Optional(Instant),
  finish: Type.Optional(Instant),
};

export const ExecutionItem = Type.Object(item, { title: 'ProcessingExecutionStandardListResponseDto' });

const entity = {
  _id: Uuid,
  creation: Instant,
  update: Instant,
  name: Type.String(),
  srs: Type.Optional(Type.String()),
};
const UploadSummary = Type.Object({
  ...entity,
  type: Type.Enum([...UPLOAD_TYPES]),
  status: Type.Enum([...uploadStates.statuses]),
});
const StoredDataSummary = Type.Object({
  ...entity,
  type: Type.Enum([...STORED_DATA_TYPES]),
  status: Type.Enum([...storedDataStates.statuses]),
});

export const ExecutionDetail = Type.Object(
  {
    ...item,
    inputs: Type.Object({ upload: Type.Array(UploadSummary), stored_data: Type.Array(StoredDataSummary) }),
    output: Type.Object({
      stored_data: Type.Optional(StoredDataSummary),
      upload: Type.Optional(UploadSummary),
    }),
    parameters: FreeObject,
    callback: Type.Optional(Callback),
  },
  { title: 'ProcessingExecutionStandardDetailResponseDto' },
);
