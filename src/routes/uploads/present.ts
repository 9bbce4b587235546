import type { Static } from 'typebox';
import type { CheckRun } from '../../domain/checks.js';
import type { UploadRecord } from '../../domain/upload-reads.js';
import { presentBox, presentDates, presentInstant, presentOptional } from '../present.js';
import type { SharedUploadDetail, UploadChecks, UploadDetail, UploadItem } from './schema.js';

type Detail = Static<typeof UploadDetail>;

/** An upload for the members of its datastore. */
export function presentUpload(upload: UploadRecord): Detail {
  return { ...presentSharedUpload(upload), ...ownOnly(upload) };
}

/** An upload for the members of another datastore. */
export function presentSharedUpload(upload: UploadRecord): Static<typeof SharedUploadDetail> {
  return {
    _id: upload.id,
    ...presentDates(upload),
    ...common(upload),
    type_infos: upload.typeInfos as Detail['type_infos'],
    ...presentOptional({
      extent: upload.extent as Detail['extent'] | null,
      extra: upload.extra as Detail['extra'] | null,
    }),
  };
}

/**
 * An upload in a list, before `fields` chooses its members.
 * @param isOwn whether it shows all that the members of its datastore see
 */
export function presentUploadItem(upload: UploadRecord, isOwn: boolean): Static<typeof UploadItem> {
  return {
    _id: upload.id,
    creation: presentInstant(upload.creation),
    ...common(upload),
    ...(isOwn && ownOnly(upload)),
    ...presentOptional({ bbox: presentBox(upload.extent) }),
  };
}

/** The executions of the latest run, by how far they are. */
export function presentUploadChecks(executions: readonly CheckRun[]): Static<typeof UploadChecks> {
  const inStatus = (status: string) =>
    executions.filter((execution) => execution.status === status).map(presentCheckState);
  return {
    asked: inStatus('WAITING'),
    in_progress: inStatus('PROGRESS'),
    passed: inStatus('SUCCESS'),
    failed: inStatus('FAILURE'),
  };
}

function presentCheckState(execution: CheckRun) {
  return {
    _id: execution.id,
    ...presentExecutionDates(execution),
    check: { _id: execution.check.id, name: execution.check.name },
  };
}

/** An execution has no `update` of its own: it shows its last step. */
export function presentExecutionDates(execution: { creation: Date; start: Date | null; finish: Date | null }) {
  return presentDates({ creation: execution.creation, update: execution.finish ?? execution.start });
}

function common(upload: UploadRecord) {
  return {
    name: upload.name,
    description: upload.description,
    type: upload.type as Detail['type'],
    open: upload.open,
    status: upload.status as Detail['status'],
    srs: upload.srs,
    contact: upload.datastore.community.contact,
    size: Number(upload.size),
  };
}

/** What only its own datastore sees. */
function ownOnly(upload: UploadRecord) {
  return {
    tags: upload.tags as Detail['tags'],
    ...presentOptional({ last_event: upload.lastEvent as Detail['last_event'] | null }),
  };
}
