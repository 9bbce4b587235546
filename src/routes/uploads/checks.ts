import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { closeUpload, latestExecutions, requestChecks } from '../../domain/checks.js';
import { findUpload } from '../../domain/upload-reads.js';
import { callerOf, datastoreOf } from '../../plugins/auth.js';
import { answers, NoContent, Uuid } from '../schemas.js';
import { presentUploadChecks } from './present.js';
import { CloseBody, UploadChecks, UploadParams } from './schema.js';

const tags = ['Livraisons et vérifications'];

/** Closing an upload and its checks (lifecycle.md §3). */
export const uploadCheckRoutes: FastifyPluginAsyncTypebox = async (app) => {
  const { deps } = app;

  app.post(
    '/:upload/close',
    {
      config: { right: 'UPLOAD' },
      schema: {
        tags,
        operationId: 'closeUpload',
        summary: 'Fermer une livraison et lancer ses vérifications',
        params: UploadParams,
        body: CloseBody,
        response: answers({ 204: NoContent }, 400, 401, 403, 404, 409),
      },
    },
    async (request, reply) => {
      await closeUpload(deps, datastoreOf(request).id, request.params.upload, {
        callback: request.body?.callback,
        initiatorId: callerOf(request).id,
      });
      return reply.code(204).send();
    },
  );

  app.get(
    '/:upload/checks',
    {
      config: { right: 'member' },
      schema: {
        tags,
        operationId: 'getUploadChecks',
        summary: "Lire les vérifications d'une livraison",
        params: UploadParams,
        response: answers({ 200: UploadChecks }, 400, 401, 403, 404),
      },
    },
    async (request) => {
      const { id } = await findUpload(deps.prisma, { datastore: datastoreOf(request).id }, request.params.upload);
      return presentUploadChecks(await latestExecutions(deps.prisma, id));
    },
  );

  app.post(
    '/:upload/checks',
    {
      config: { right: 'UPLOAD' },
      schema: {
        tags,
        operationId: 'requestUploadChecks',
        summary: 'Demander des vérifications',
        params: UploadParams,
        body: Type.Array(Uuid, { minItems: 1, maxItems: 100 }),
        response: answers({ 204: NoContent }, 400, 401, 403, 404, 409),
      },
    },
    async (request, reply) => {
      await requestChecks(deps, datastoreOf(request).id, request.params.upload, {
        checkIds: request.body,
        initiatorId: callerOf(request).id,
      });
      return reply.code(204).send();
    },
  );
};
