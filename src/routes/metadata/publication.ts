import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { publishMetadata, unpublishMetadata } from '../../domain/metadata-publication.js';
import { datastoreOf } from '../../plugins/auth.js';
import { answers, NoContent } from '../schemas.js';
import { DatastoreParams, PublicationBody } from './schema.js';

const tags = ['Métadonnées'];

/** `POST …/metadata/publication` and `…/unpublication`, by file identifier. */
export const metadataPublicationRoutes: FastifyPluginAsyncTypebox = async (app) => {
  const { deps } = app;

  app.post(
    '/publication',
    {
      config: { right: 'BROADCAST' },
      schema: {
        tags,
        operationId: 'publishMetadata',
        summary: "Publier des métadonnées sur un point d'accès",
        params: DatastoreParams,
        body: PublicationBody,
        response: answers({ 204: NoContent }, 400, 401, 403, 404, 409),
      },
    },
    async (request, reply) => {
      await publishMetadata(deps, datastoreOf(request).id, request.body);
      return reply.code(204).send();
    },
  );

  app.post(
    '/unpublication',
    {
      config: { right: 'BROADCAST' },
      schema: {
        tags,
        operationId: 'unpublishMetadata',
        summary: "Dépublier des métadonnées d'un point d'accès",
        params: DatastoreParams,
        body: PublicationBody,
        response: answers({ 204: NoContent }, 400, 401, 403, 404),
      },
    },
    async (request, reply) => {
      await unpublishMetadata(deps, datastoreOf(request).id, request.body);
      return reply.code(204).send();
    },
  );
};
