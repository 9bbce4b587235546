import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { findUpload, listUploads } from '../../domain/upload-reads.js';
import { pickFields, sendPage } from '../lists.js';
import { readList } from '../uploads/list.js';
import { presentUpload, presentUploadItem } from '../uploads/present.js';
import { LIST_FILTERS, UploadDetail, UploadItem } from '../uploads/schema.js';
import { answers, Uuid } from '../schemas.js';
import { type Level, levelQuery, PLATFORM, presentInPlace, WHOLE_PLATFORM, withPlace } from './level.js';

const Item = withPlace(UploadItem);
const Detail = withPlace(UploadDetail, 'UploadExtendedDetailResponseDto');

/** `GET …/uploads` of a level. */
export const uploadLists: FastifyPluginAsyncTypebox<{ level: Level }> = async (app, { level }) => {
  app.get(
    '/uploads',
    {
      config: { right: level.right },
      schema: {
        tags: [level.tag],
        operationId: `list${level.name}Uploads`,
        summary: `Lister les livraisons ${level.label}`,
        params: level.params,
        querystring: levelQuery(level, LIST_FILTERS),
        response: answers({ 200: Type.Array(Item) }, 400, 401, 403, 404),
      },
    },
    async (request, reply) => {
      const { fields, ...query } = readList(request.query);
      const found = await listUploads(app.deps.prisma, level.scope(request), query);
      return sendPage(reply, query.page, found).map((upload) =>
        presentInPlace(pickFields(presentUploadItem(upload, true), fields), upload.datastore),
      );
    },
  );
};

/** `GET /administrator/uploads/:upload`. */
export const uploadReads: FastifyPluginAsyncTypebox = async (app) => {
  app.get(
    '/uploads/:upload',
    {
      config: { right: PLATFORM.right },
      schema: {
        tags: [PLATFORM.tag],
        operationId: 'getPlatformUpload',
        summary: 'Lire une livraison de la plateforme',
        params: Type.Object({ upload: Uuid }),
        response: answers({ 200: Detail }, 400, 401, 403, 404),
      },
    },
    async (request) => {
      const upload = await findUpload(app.deps.prisma, WHOLE_PLATFORM, request.params.upload);
      return presentInPlace(presentUpload(upload), upload.datastore);
    },
  );
};
