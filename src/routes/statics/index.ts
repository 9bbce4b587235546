import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import {
  createStatic,
  deleteStatic,
  MAX_STATIC_BYTES,
  replaceStaticFile,
  type StaticWithWarnings,
  updateStatic,
} from '../../domain/statics.js';
import { getStatic, listStatics } from '../../domain/static-reads.js';
import { warningHeader } from '../../domain/warnings.js';
import { datastoreOf } from '../../plugins/auth.js';
import { sendFile } from '../files.js';
import { readAttributes, readFileForm } from '../forms.js';
import { sendPage } from '../lists.js';
import { answers, FileContent, NoContent } from '../schemas.js';
import { readList } from './list.js';
import { presentStatic, presentStaticItem } from './present.js';
import {
  CreateQuery,
  DatastoreParams,
  ListQuery,
  PatchBody,
  StaticDetail,
  StaticForm,
  StaticItem,
  StaticParams,
} from './schema.js';

const tags = ['Fichiers statiques'];
const consumes = ['multipart/form-data'];

/** Static files (spec lifecycle §6): styles of the layers, templates, derivations. */
export const staticRoutes: FastifyPluginAsyncTypebox = async (app) => {
  const { deps } = app;
  const find = (request: FastifyRequest, id: string) => getStatic(deps, { datastore: datastoreOf(request).id }, id);

  app.get(
    '/',
    {
      config: { right: 'member' },
      schema: {
        tags,
        operationId: 'listStatics',
        summary: 'Lister les fichiers statiques',
        params: DatastoreParams,
        querystring: ListQuery,
        response: answers({ 200: Type.Array(StaticItem) }, 400, 401, 403, 404),
      },
    },
    async (request, reply) => {
      const query = readList(request.query);
      const found = await listStatics(deps, { datastore: datastoreOf(request).id }, query);
      return sendPage(reply, query.page, found).map(presentStaticItem);
    },
  );

  app.post(
    '/',
    {
      config: { right: 'BROADCAST' },
      schema: {
        tags,
        consumes,
        operationId: 'createStatic',
        summary: 'Déposer un fichier statique',
        description: 'Corps multipart, une partie "file" ; type, name et description en parties ou en paramètres.',
        params: DatastoreParams,
        querystring: CreateQuery,
        response: answers({ 201: StaticDetail }, 400, 401, 403, 404, 413),
      },
    },
    async (request, reply) => {
      const { file, fields } = await readFileForm(request, MAX_STATIC_BYTES);
      const attributes = readAttributes(StaticForm, fields, request.query);
      reply.code(201);
      return send(reply, await createStatic(deps, datastoreOf(request).id, { ...attributes, file }));
    },
  );

  app.get(
    '/:static',
    {
      config: { right: 'member' },
      schema: {
        tags,
        operationId: 'getStatic',
        summary: 'Lire un fichier statique',
        params: StaticParams,
        response: answers({ 200: StaticDetail }, 400, 401, 403, 404),
      },
    },
    async (request) => presentStatic(await find(request, request.params.static)),
  );

  app.put(
    '/:static',
    {
      config: { right: 'BROADCAST' },
      schema: {
        tags,
        consumes,
        operationId: 'replaceStaticFile',
        summary: "Remplacer le contenu d'un fichier statique",
        description: 'Les couches publiées qui utilisent le fichier changent à leur prochaine synchronisation.',
        params: StaticParams,
        response: answers({ 200: StaticDetail }, 400, 401, 403, 404, 413),
      },
    },
    async (request, reply) => {
      const { file } = await readFileForm(request, MAX_STATIC_BYTES);
      return send(reply, await replaceStaticFile(deps, datastoreOf(request).id, request.params.static, file));
    },
  );

  app.patch(
    '/:static',
    {
      config: { right: 'BROADCAST' },
      schema: {
        tags,
        operationId: 'updateStatic',
        summary: "Modifier les attributs d'un fichier statique",
        params: StaticParams,
        body: PatchBody,
        response: answers({ 200: StaticDetail }, 400, 401, 403, 404),
      },
    },
    async (request) => {
      const { name, description, extra } = request.body;
      await updateStatic(deps, datastoreOf(request).id, request.params.static, { name, description, extra });
      return presentStatic(await find(request, request.params.static));
    },
  );

  app.delete(
    '/:static',
    {
      config: { right: 'BROADCAST' },
      schema: {
        tags,
        operationId: 'deleteStatic',
        summary: "Supprimer un fichier statique qu'aucune configuration n'utilise",
        params: StaticParams,
        response: answers({ 204: NoContent }, 400, 401, 403, 404, 409),
      },
    },
    async (request, reply) => {
      await deleteStatic(deps, datastoreOf(request).id, request.params.static);
      return reply.code(204).send();
    },
  );

  app.get(
    '/:static/file',
    {
      config: { right: 'member' },
      schema: {
        tags,
        operationId: 'getStaticFile',
        summary: 'Télécharger un fichier statique',
        params: StaticParams,
        response: answers({ 200: FileContent }, 400, 401, 403, 404, 412, 416),
      },
    },
    async (request, reply) =>
      sendFile(request, reply, deps.storage, async () => {
        const file = await find(request, request.params.static);
        return {
          key: file.key,
          size: Number(file.size),
          mediaType: file.mimeType,
          downloadName: file.fileName,
          lastModified: file.update ?? file.creation,
        };
      }),
  );
};

/** The file as presented; what its producer must know goes into a header too. */
function send(reply: FastifyReply, { record, warnings }: StaticWithWarnings) {
  if (warnings.length > 0) reply.header('x-emulator-warning', warningHeader(warnings));
  return presentStatic(record);
}
