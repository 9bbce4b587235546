import { CHECKS } from '../../catalogue/checks.js';
import { ENDPOINTS } from '../../catalogue/endpoints.js';
import { NOMENCLATURES } from '../../catalogue/nomenclatures.js';
import { PROCESSINGS } from '../../catalogue/processings.js';
import { STORAGES } from '../../catalogue/storages.js';
import type { EntityModule } from '../module.js';
import { upsertRows } from '../rows.js';

/** Since when the platform has had its catalogue: a date that does not move from one start to the next. */
const CREATION = '2022-01-01T00:00:00Z';

/** The catalogue as text, to notice that it changed. */
export function catalogueText(): string {
  return JSON.stringify([STORAGES, CHECKS, PROCESSINGS, ENDPOINTS, NOMENCLATURES]);
}

/** Storages, checks, processings, endpoints and terms of the platform, in the order that lists follow. */
export const catalogueModule: EntityModule = {
  name: 'catalogue',
  tables: ['storage', 'check', 'processing', 'endpoint', 'nomenclature'],

  async seed({ client }) {
    await upsertRows(client, 'storage', {
      key: ['id'],
      rows: STORAGES.map(({ id, name, type, labels }, position) => ({
        id,
        name,
        type,
        labels,
        position,
        creation: CREATION,
      })),
    });
    await upsertRows(client, 'check', {
      key: ['id'],
      rows: CHECKS.map(({ id, name, description, jobName, defaultUploadTypes }, position) => ({
        id,
        name,
        description,
        orchestrator_job_name: jobName,
        default_upload_types: defaultUploadTypes,
        position,
        creation: CREATION,
      })),
    });
    await upsertRows(client, 'processing', {
      key: ['id'],
      rows: PROCESSINGS.map(({ id, jobName, name, description, priority, definition }, position) => ({
        id,
        orchestrator_job_name: jobName,
        name,
        description,
        priority,
        definition,
        position,
        creation: CREATION,
      })),
    });
    await upsertRows(client, 'endpoint', {
      key: ['id'],
      rows: ENDPOINTS.map(({ id, name, technicalName, type, open, urls }, position) => ({
        id,
        name,
        technical_name: technicalName,
        type,
        open,
        urls,
        force_metadata: false,
        force_attribution: false,
        search_publish: false,
        position,
        creation: CREATION,
      })),
    });
    await upsertRows(client, 'nomenclature', {
      key: ['id'],
      rows: NOMENCLATURES.map(({ id, type, term, label }) => ({ id, type, term, label })),
    });
  },
};
