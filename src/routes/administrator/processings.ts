import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { type Static, Type } from 'typebox';
import { listDatastores } from '../../domain/administration/datastore-lists.js';
import { definitionOfJob } from '../../domain/administration/processing-jobs.js';
import {
  changeProcessing,
  createProcessing,
  deleteProcessing,
  type NewProcessing,
  replaceProcessing,
} from '../../domain/administration/processings.js';
import { findProcessing, listProcessings, type ProcessingRecord, requiredChecks } from '../../domain/processings.js';
import { WHOLE_PLATFORM } from '../extended/level.js';
import { PageQuery, pickFields, readPage, sendPage } from '../lists.js';
import { readList } from '../processings/catalogue-list.js';
import { presentProcessing, presentProcessingItem } from '../processings/catalogue-present.js';
import { ListQuery, ProcessingItem } from '../processings/catalogue-schema.js';
import { answers, NoContent } from '../schemas.js';
import { presentDatastoreItem } from './datastores-present.js';
import { DatastoreItemSchema } from './datastores-schema.js';
import {
  AdministratorProcessing,
  CreateProcessingBody,
  PatchProcessingBody,
  ProcessingParams,
} from './processings-schema.js';
import { administratorRoute } from './route.js';

/** Processings of the platform (lifecycle.md §4.1). */
export const administratorProcessingRoutes: FastifyPluginAsyncTypebox = async (app) => {
  const { prisma } = app.deps;

  /** A processing with what only administrators see. */
  const present = async (processing: ProcessingRecord): Promise<Static<typeof AdministratorProcessing>> => ({
    ...presentProcessing(processing, await requiredChecks(prisma, processing.definition)),
    orchestrator_job_name: processing.jobName,
  });

  app.get(
    '/',
    administratorRoute({
      operationId: 'listPlatformProcessings',
      summary: 'Lister les traitements de la plateforme',
      querystring: ListQuery,
      response: answers({ 200: Type.Array(ProcessingItem) }, 400, 401, 403),
    }),
    async (request, reply) => {
      const { fields, ...query } = readList(request.query);
      const found = await listProcessings(prisma, WHOLE_PLATFORM, query);
      return sendPage(reply, query.page, found).map((item) => pickFields(presentProcessingItem(item), fields));
    },
  );

  app.post(
    '/',
    administratorRoute({
      operationId: 'createProcessing',
      summary: "Créer un traitement d'une tâche que l'émulateur connaît",
      body: CreateProcessingBody,
      response: answers({ 201: AdministratorProcessing }, 400, 401, 403, 404, 409),
    }),
    async (request, reply) => {
      const processing = await createProcessing(app.deps, readProcessing(request.body));
      return reply.code(201).send(await present(processing));
    },
  );

  app.get(
    '/:processing',
    administratorRoute({
      operationId: 'getPlatformProcessing',
      summary: 'Lire un traitement de la plateforme',
      params: ProcessingParams,
      response: answers({ 200: AdministratorProcessing }, 400, 401, 403, 404),
    }),
    async (request) => present(await findProcessing(prisma, WHOLE_PLATFORM, request.params.processing)),
  );

  app.put(
    '/:processing',
    administratorRoute({
      operationId: 'replaceProcessing',
      summary: 'Remplacer un traitement',
      params: ProcessingParams,
      body: CreateProcessingBody,
      response: answers({ 200: AdministratorProcessing }, 400, 401, 403, 404, 409),
    }),
    async (request) =>
      present(await replaceProcessing(app.deps, request.params.processing, readProcessing(request.body))),
  );

  app.patch(
    '/:processing',
    administratorRoute({
      operationId: 'updateProcessing',
      summary: 'Modifier un traitement',
      params: ProcessingParams,
      body: PatchProcessingBody,
      response: answers({ 200: AdministratorProcessing }, 400, 401, 403, 404, 409),
    }),
    async (request) => {
      const { name, description, orchestrator_job_name: jobName, priority } = request.body;
      const changes = { name, description, jobName, priority };
      return present(await changeProcessing(app.deps, request.params.processing, changes));
    },
  );

  app.delete(
    '/:processing',
    administratorRoute({
      operationId: 'deleteProcessing',
      summary: "Supprimer un traitement que rien n'utilise",
      params: ProcessingParams,
      response: answers({ 204: NoContent }, 400, 401, 403, 404, 409),
    }),
    async (request, reply) => {
      await deleteProcessing(app.deps, request.params.processing);
      return reply.code(204).send();
    },
  );

  app.get(
    '/:processing/datastores',
    administratorRoute({
      operationId: 'listProcessingDatastores',
      summary: "Lister les entrepôts qui disposent d'un traitement",
      params: ProcessingParams,
      querystring: PageQuery,
      response: answers({ 200: Type.Array(DatastoreItemSchema) }, 400, 401, 403, 404),
    }),
    async (request, reply) => {
      const { id } = await findProcessing(prisma, WHOLE_PLATFORM, request.params.processing);
      const page = readPage(request.query);
      const found = await listDatastores(prisma, { filters: { lent: { kind: 'processing', id } }, page });
      return sendPage(reply, page, found).map(presentDatastoreItem);
    },
  );
};

/** A processing as the body gives it; inputs that it does not give are those of its job. */
function readProcessing(body: Static<typeof CreateProcessingBody>): NewProcessing {
  const { name, description, orchestrator_job_name: jobName, priority, input_types: given } = body;
  const inputs = given === undefined ? definitionOfJob(jobName).input_types : { upload: [], stored_data: [], ...given };
  return {
    name,
    description,
    jobName,
    priority,
    definition: {
      input_types: inputs,
      output_type: body.output_type,
      parameters: (body.parameters ?? []) as NewProcessing['definition']['parameters'],
      required_checks: body.required_checks ?? [],
    },
  };
}
