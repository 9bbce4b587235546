import { Type } from 'typebox';
import { STORED_DATA_TYPES, UPLOAD_TYPES } from '../../catalogue/data-types.js';
import { PRIORITIES, PROCESSING_JOBS } from '../../catalogue/processings.js';
import { STORAGE_TYPES } from '../../catalogue/storages.js';
import { ProcessingDetail } from '../processings/catalogue-schema.js';
import { FreeObject, Uuid } from '../schemas.js';

const Name = Type.String({ minLength: 1, maxLength: 255 });
const Description = Type.String({ maxLength: 10_000 });
const Job = Type.Enum([...PROCESSING_JOBS], { description: "Tâche que l'émulateur exécute." });
const Priority = Type.Enum([...PRIORITIES]);
const UploadType = Type.Enum([...UPLOAD_TYPES]);
const StoredDataType = Type.Enum([...STORED_DATA_TYPES]);

export const ProcessingParams = Type.Object({ processing: Uuid });

export const CreateProcessingBody = Type.Object(
  {
    name: Name,
    description: Description,
    orchestrator_job_name: Job,
    priority: Type.Optional(Priority),
    input_types: Type.Optional(
      Type.Object(
        {
          upload: Type.Optional(Type.Array(UploadType, { uniqueItems: true })),
          stored_data: Type.Optional(Type.Array(StoredDataType, { uniqueItems: true })),
        },
        { title: 'ProcessingInputTypesDto', description: 'Par défaut ceux de la tâche.' },
      ),
    ),
    output_type: Type.Union([
      Type.Object({
        stored_data: StoredDataType,
        storage: Type.Array(Type.Enum([...STORAGE_TYPES]), { uniqueItems: true, minItems: 1 }),
      }),
      Type.Object({ upload: UploadType }),
    ]),
    parameters: Type.Optional(
      Type.Array(
        Type.Object({
          name: Name,
          description: Description,
          mandatory: Type.Boolean(),
          default_value: Type.Optional(Type.Union([Type.String(), Type.Number(), Type.Boolean()])),
          constraints: Type.Optional(FreeObject),
          static_type: Type.Optional(Type.Enum(['DERIVATION-SQL'])),
        }),
        { maxItems: 100, description: 'Parmi ceux que la tâche connaît.' },
      ),
    ),
    required_checks: Type.Optional(Type.Array(Uuid, { uniqueItems: true, maxItems: 100 })),
  },
  { title: 'ProcessingCreateDto' },
);

export const PatchProcessingBody = Type.Object(
  {
    name: Type.Optional(Name),
    description: Type.Optional(Description),
    orchestrator_job_name: Type.Optional(Job),
    priority: Type.Optional(Priority),
  },
  { title: 'ProcessingUpdateDto' },
);

export const AdministratorProcessing = Type.Object(
  { ...ProcessingDetail.properties, orchestrator_job_name: Type.String() },
  { title: 'ProcessingExtendedDetailResponseDto' },
);
