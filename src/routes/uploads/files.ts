import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import {
  assertWritable,
  type FileKind,
  findFile,
  publishFile,
  receiveFile,
  removeFiles,
  uploadTree,
} from '../../domain/upload-files.js';
import { checkedPath } from '../../domain/upload-paths.js';
import { datastoreOf } from '../../plugins/auth.js';
import { sendFile } from '../files.js';
import { receiveForm } from '../forms.js';
import { mediaTypeOf } from '../media-types.js';
import { answers, FileContent, NoContent } from '../schemas.js';
import { PathQuery, TreeNodeSchema, UploadParams } from './schema.js';

const tags = ['Livraisons et vérifications'];
const consumes = ['multipart/form-data'];

/** Files of an upload (lifecycle.md §2.2): data, md5, tree. */
export const uploadFileRoutes: FastifyPluginAsyncTypebox = async (app) => {
  const { deps } = app;

  /** Streams the one file part to storage, then makes it visible; a fault leaves nothing behind. */
  async function deliver(
    request: FastifyRequest,
    upload: string,
    kind: FileKind,
    pathOf: (parts: { fileName: string; path: string | undefined }) => string | undefined,
  ): Promise<void> {
    const datastoreId = datastoreOf(request).id;
    await assertWritable(deps, datastoreId, upload);
    const { file, attributes } = await receiveForm(request, {
      receive: async ({ content, fileName }) => ({
        ...(await receiveFile(deps, datastoreId, upload, content)),
        fileName,
      }),
      discard: ({ key }) => deps.storage.remove(key),
      read: (fields) => ({ path: fields.path?.at(-1) }),
    });
    const { key, size, fileName } = file;
    await publishFile(deps, datastoreId, upload, { key, size, kind, path: pathOf({ fileName, ...attributes }) });
  }

  app.post(
    '/:upload/data',
    {
      config: { right: 'UPLOAD' },
      schema: {
        tags,
        consumes,
        operationId: 'uploadData',
        summary: 'Déposer un fichier de données',
        description: 'Corps multipart, une partie "file". Un chemin déjà pris est remplacé.',
        params: UploadParams,
        querystring: PathQuery,
        response: answers({ 204: NoContent }, 400, 401, 403, 404, 409, 413),
      },
    },
    async (request, reply) => {
      const { path } = request.query;
      if (path !== undefined) checkedPath(path);
      await deliver(request, request.params.upload, 'DATA', (parts) => path ?? parts.path);
      return reply.code(204).send();
    },
  );

  app.post(
    '/:upload/md5',
    {
      config: { right: 'UPLOAD' },
      schema: {
        tags,
        consumes,
        operationId: 'uploadMd5',
        summary: 'Déposer un fichier de sommes MD5',
        description: 'Corps multipart, une partie "file" ; le fichier est rangé à la racine, sous son nom.',
        params: UploadParams,
        response: answers({ 204: NoContent }, 400, 401, 403, 404, 409, 413),
      },
    },
    async (request, reply) => {
      await deliver(request, request.params.upload, 'MD5', (parts) => parts.fileName);
      return reply.code(204).send();
    },
  );

  app.get(
    '/:upload/data',
    {
      config: { right: 'member' },
      schema: {
        tags,
        operationId: 'downloadUploadFile',
        summary: 'Télécharger un fichier',
        params: UploadParams,
        querystring: PathQuery,
        response: answers({ 200: FileContent }, 400, 401, 403, 404, 412, 416),
      },
    },
    async (request, reply) =>
      sendFile(request, reply, deps.storage, async () => {
        const { upload } = request.params;
        const file = await findFile(deps, datastoreOf(request).id, upload, request.query.path);
        const downloadName = file.path.slice(file.path.lastIndexOf('/') + 1);
        return { key: file.key, size: Number(file.size), mediaType: mediaTypeOf(downloadName), downloadName };
      }),
  );

  for (const [segment, kind] of [
    ['data', 'DATA'],
    ['md5', 'MD5'],
  ] as const) {
    app.delete(
      `/:upload/${segment}`,
      {
        config: { right: 'UPLOAD' },
        schema: {
          tags,
          operationId: kind === 'DATA' ? 'deleteUploadFile' : 'deleteUploadMd5',
          summary: kind === 'DATA' ? 'Supprimer un fichier ou un dossier' : 'Supprimer un fichier de sommes MD5',
          params: UploadParams,
          querystring: PathQuery,
          response: answers({ 204: NoContent }, 400, 401, 403, 404, 409),
        },
      },
      async (request, reply) => {
        await removeFiles(deps, datastoreOf(request).id, request.params.upload, { path: request.query.path, kind });
        return reply.code(204).send();
      },
    );
  }

  app.get(
    '/:upload/tree',
    {
      config: { right: 'member' },
      schema: {
        tags,
        operationId: 'getUploadTree',
        summary: "Lire l'arborescence d'une livraison",
        params: UploadParams,
        response: answers({ 200: Type.Array(TreeNodeSchema) }, 400, 401, 403, 404),
      },
    },
    async (request) => uploadTree(deps, datastoreOf(request).id, request.params.upload),
  );
};
