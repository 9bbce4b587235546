import { Type } from 'typebox';
import { CHECK_JOBS } from '../../catalogue/checks.js';
import { UPLOAD_TYPES } from '../../catalogue/data-types.js';
import { PRIORITIES } from '../../catalogue/processings.js';
import { CheckDetail } from '../checks/schema.js';
import { Uuid } from '../schemas.js';

const Name = Type.String({ minLength: 1, maxLength: 255 });
const Description = Type.String({ maxLength: 10_000 });
const Job = Type.Enum([...CHECK_JOBS], { description: "Tâche que l'émulateur exécute." });
const Priority = Type.Enum([...PRIORITIES]);
const UploadTypes = Type.Array(Type.Enum([...UPLOAD_TYPES]), { uniqueItems: true });

export const CheckParams = Type.Object({ check: Uuid });

export const CreateCheckBody = Type.Object(
  {
    name: Name,
    description: Description,
    orchestrator_job_name: Job,
    priority: Type.Optional(Priority),
    default_uploads_check: Type.Optional(UploadTypes),
  },
  { title: 'CheckingCreateDto' },
);

export const PatchCheckBody = Type.Object(
  {
    name: Type.Optional(Name),
    description: Type.Optional(Description),
    orchestrator_job_name: Type.Optional(Job),
    priority: Type.Optional(Priority),
    default_uploads_check: Type.Optional(UploadTypes),
  },
  { title: 'CheckingUpdateDto' },
);

export const AdministratorCheck = Type.Object(
  { ...CheckDetail.properties, priority: Priority, orchestrator_job_name: Type.Optional(Type.String()) },
  { title: 'CheckingExtendedDetailResponseDto' },
);
