import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import type { UploadType } from '../../catalogue/data-types.js';
import { findReachableUpload, findUpload, listUploads } from '../../domain/upload-reads.js';
import { createUpload, deleteUpload, openUpload, patchUpload } from '../../domain/uploads.js';
import type { Prisma } from '../../generated/prisma/client.js';
import { callerOf, datastoreOf } from '../../plugins/auth.js';
import { commentRoutes } from '../attached/comments.js';
import { eventRoutes } from '../attached/events.js';
import { sharingRoutes } from '../attached/sharings.js';
import type { Subject } from '../attached/subject.js';
import { tagRoutes } from '../attached/tags.js';
import { pickFields, sendPage } from '../lists.js';
import { answers, NoContent, readBoolean } from '../schemas.js';
import { assertTypeInfos } from '../type-infos.js';
import { uploadCheckRoutes } from './checks.js';
import { uploadFileRoutes } from './files.js';
import { readList } from './list.js';
import { presentSharedUpload, presentUpload, presentUploadItem } from './present.js';
import {
  CreateBody,
  DatastoreParams,
  ListQuery,
  PatchBody,
  SharedUploadDetail,
  TYPE_INFOS,
  UploadDetail,
  UploadItem,
  UploadParams,
} from './schema.js';

const tag = 'Livraisons et vérifications';
const tags = [tag];

/** Uploads (lifecycle.md §2): the entity, its tags and events. Files and checks have their own modules. */
export const uploadRoutes: FastifyPluginAsyncTypebox = async (app) => {
  const { deps } = app;
  const { prisma } = deps;
  await app.register(uploadFileRoutes);
  await app.register(uploadCheckRoutes);

  const subject: Subject & { prefix: string } = {
    prefix: '/:upload',
    entity: 'upload',
    right: 'UPLOAD',
    tag,
    name: 'Upload',
    label: 'une livraison',
    read: async (request, id) => presentUpload(await findUpload(prisma, { datastore: datastoreOf(request).id }, id)),
  };
  await app.register(tagRoutes, { ...subject, detail: UploadDetail });
  await app.register(eventRoutes, subject);
  await app.register(commentRoutes, subject);
  await app.register(sharingRoutes, { ...subject, entity: 'upload' });

  app.get(
    '/',
    {
      config: { right: 'member' },
      schema: {
        tags,
        operationId: 'listUploads',
        summary: 'Lister les livraisons',
        params: DatastoreParams,
        querystring: ListQuery,
        response: answers({ 200: Type.Array(UploadItem) }, 400, 401, 403, 404),
      },
    },
    async (request, reply) => {
      const { fields, ...query } = readList(request.query);
      const { owned, shared } = request.query;
      const datastoreId = datastoreOf(request).id;
      const found = await listUploads(prisma, { datastore: datastoreId }, { ...query, ownership: { owned, shared } });
      return sendPage(reply, query.page, found).map((upload) =>
        pickFields(presentUploadItem(upload, upload.datastoreId === datastoreId), fields),
      );
    },
  );

  app.post(
    '/',
    {
      config: { right: 'UPLOAD' },
      schema: {
        tags,
        operationId: 'createUpload',
        summary: 'Créer une livraison',
        params: DatastoreParams,
        body: CreateBody,
        response: answers({ 201: UploadDetail }, 400, 401, 403, 404, 409),
      },
    },
    async (request, reply) => {
      const { type_infos, open, ...body } = request.body;
      const upload = await createUpload(
        deps,
        datastoreOf(request).id,
        { ...body, open: readBoolean(open), typeInfos: readTypeInfos(body.type, type_infos) },
        callerOf(request).id,
      );
      return reply.code(201).send(presentUpload(upload));
    },
  );

  app.get(
    '/:upload',
    {
      config: { right: 'member' },
      schema: {
        tags,
        operationId: 'getUpload',
        summary: 'Lire une livraison, même supprimée',
        description: "Celle d'un autre entrepôt, partagée ou ouverte, se lit sans ses tags ni ses évènements.",
        params: UploadParams,
        response: answers({ 200: Type.Union([UploadDetail, SharedUploadDetail]) }, 400, 401, 403, 404),
      },
    },
    async (request) => {
      const datastoreId = datastoreOf(request).id;
      const upload = await findReachableUpload(prisma, datastoreId, request.params.upload);
      return upload.datastoreId === datastoreId ? presentUpload(upload) : presentSharedUpload(upload);
    },
  );

  app.patch(
    '/:upload',
    {
      config: { right: 'UPLOAD' },
      schema: {
        tags,
        operationId: 'updateUpload',
        summary: 'Modifier une livraison',
        params: UploadParams,
        body: PatchBody,
        response: answers({ 200: UploadDetail }, 400, 401, 403, 404, 409),
      },
    },
    async (request) => {
      const { name, description, srs, open, extent, extra } = request.body;
      const upload = await patchUpload(deps, datastoreOf(request).id, request.params.upload, {
        name,
        description,
        srs,
        open: readBoolean(open),
        extent,
        extra: extra as Prisma.InputJsonObject | null | undefined,
      });
      return presentUpload(upload);
    },
  );

  app.delete(
    '/:upload',
    {
      config: { right: 'UPLOAD' },
      schema: {
        tags,
        operationId: 'deleteUpload',
        summary: 'Supprimer une livraison et ses fichiers',
        params: UploadParams,
        response: answers({ 204: NoContent }, 400, 401, 403, 404, 409),
      },
    },
    async (request, reply) => {
      await deleteUpload(deps, datastoreOf(request).id, request.params.upload, callerOf(request).id);
      return reply.code(204).send();
    },
  );

  app.post(
    '/:upload/open',
    {
      config: { right: 'UPLOAD' },
      schema: {
        tags,
        operationId: 'openUpload',
        summary: 'Rouvrir une livraison',
        params: UploadParams,
        response: answers({ 204: NoContent }, 400, 401, 403, 404, 409),
      },
    },
    async (request, reply) => {
      await openUpload(deps, datastoreOf(request).id, request.params.upload, callerOf(request).id);
      return reply.code(204).send();
    },
  );
};

function readTypeInfos(type: UploadType, given: Record<string, unknown> = {}): Prisma.InputJsonObject {
  if (!(type in TYPE_INFOS)) return {};
  const schema = TYPE_INFOS[type as keyof typeof TYPE_INFOS];
  assertTypeInfos(schema, given);
  return type === 'INDEX'
    ? { is_search_layer: readBoolean(given.is_search_layer as boolean | string | undefined) ?? false }
    : (given as Prisma.InputJsonObject);
}
