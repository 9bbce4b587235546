import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import {
  createMetadata,
  deleteMetadata,
  MAX_METADATA_BYTES,
  replaceMetadataFile,
  updateMetadata,
} from '../../domain/metadata.js';
import { getMetadata, listMetadata } from '../../domain/metadata-reads.js';
import { datastoreOf } from '../../plugins/auth.js';
import { tagRoutes } from '../attached/tags.js';
import { sendFile } from '../files.js';
import { readAttributes, readFileForm } from '../forms.js';
import { readPage, readSort, readTagFilters, sendPage } from '../lists.js';
import { answers, FileContent, NoContent, readBoolean } from '../schemas.js';
import { presentMetadata } from './present.js';
import { metadataPublicationRoutes } from './publication.js';
import { DatastoreParams, ListQuery, MetadataDetail, MetadataForm, MetadataParams, PatchBody } from './schema.js';

const tag = 'Métadonnées';
const tags = [tag];
const consumes = ['multipart/form-data'];

/** Metadata records (spec lifecycle §6, diffusion §9). */
export const metadataRoutes: FastifyPluginAsyncTypebox = async (app) => {
  const { deps } = app;
  const find = (request: FastifyRequest, id: string) =>
    getMetadata(deps.prisma, { datastore: datastoreOf(request).id }, id);
  await app.register(metadataPublicationRoutes);
  await app.register(tagRoutes, {
    prefix: '/:metadata',
    entity: 'metadata',
    right: 'BROADCAST',
    tag,
    name: 'Metadata',
    label: 'une métadonnée',
    read: async (request, id) => presentMetadata(await find(request, id)),
    detail: MetadataDetail,
  });

  app.get(
    '/',
    {
      config: { right: 'member' },
      schema: {
        tags,
        operationId: 'listMetadata',
        summary: 'Lister les métadonnées',
        params: DatastoreParams,
        querystring: ListQuery,
        response: answers({ 200: Type.Array(MetadataDetail) }, 400, 401, 403, 404),
      },
    },
    async (request, reply) => {
      const page = readPage(request.query);
      const sort = readSort(request.query, ['creation', 'update']);
      const filter = { ...request.query, tags: readTagFilters(request.query) };
      const found = await listMetadata(deps.prisma, { datastore: datastoreOf(request).id }, { filter, sort, page });
      return sendPage(reply, page, found).map(presentMetadata);
    },
  );

  app.post(
    '/',
    {
      config: { right: 'BROADCAST' },
      schema: {
        tags,
        consumes,
        operationId: 'createMetadata',
        summary: 'Déposer une métadonnée',
        description: 'Corps multipart, une partie "file" (XML) ; type et open_data en parties ou en paramètres.',
        params: DatastoreParams,
        querystring: MetadataForm,
        response: answers({ 201: MetadataDetail }, 400, 401, 403, 404, 409, 413, 422),
      },
    },
    async (request, reply) => {
      const { file, fields } = await readFileForm(request, MAX_METADATA_BYTES);
      const { type, open_data } = readAttributes(MetadataForm, fields, request.query);
      const metadata = await createMetadata(deps, datastoreOf(request).id, {
        type: type ?? 'ISOAP',
        openData: readBoolean(open_data) ?? false,
        file: file.content,
      });
      return reply.code(201).send(presentMetadata(metadata));
    },
  );

  app.get(
    '/:metadata',
    {
      config: { right: 'member' },
      schema: {
        tags,
        operationId: 'getMetadata',
        summary: 'Lire une métadonnée',
        params: MetadataParams,
        response: answers({ 200: MetadataDetail }, 400, 401, 403, 404),
      },
    },
    async (request) => presentMetadata(await find(request, request.params.metadata)),
  );

  app.put(
    '/:metadata',
    {
      config: { right: 'BROADCAST' },
      schema: {
        tags,
        consumes,
        operationId: 'replaceMetadataFile',
        summary: "Remplacer le fichier d'une métadonnée",
        description: "L'identifiant de fichier doit rester le même.",
        params: MetadataParams,
        response: answers({ 200: MetadataDetail }, 400, 401, 403, 404, 409, 413, 422),
      },
    },
    async (request) => {
      const { file } = await readFileForm(request, MAX_METADATA_BYTES);
      const { metadata } = request.params;
      return presentMetadata(await replaceMetadataFile(deps, datastoreOf(request).id, metadata, file.content));
    },
  );

  app.patch(
    '/:metadata',
    {
      config: { right: 'BROADCAST' },
      schema: {
        tags,
        operationId: 'updateMetadata',
        summary: "Modifier les attributs d'une métadonnée",
        params: MetadataParams,
        body: PatchBody,
        response: answers({ 200: MetadataDetail }, 400, 401, 403, 404),
      },
    },
    async (request) => {
      const { type, open_data, extra } = request.body;
      const change = { type, openData: readBoolean(open_data), extra };
      return presentMetadata(await updateMetadata(deps, datastoreOf(request).id, request.params.metadata, change));
    },
  );

  app.delete(
    '/:metadata',
    {
      config: { right: 'BROADCAST' },
      schema: {
        tags,
        operationId: 'deleteMetadata',
        summary: "Supprimer une métadonnée qui n'est pas publiée",
        params: MetadataParams,
        response: answers({ 204: NoContent }, 400, 401, 403, 404, 409),
      },
    },
    async (request, reply) => {
      await deleteMetadata(deps, datastoreOf(request).id, request.params.metadata);
      return reply.code(204).send();
    },
  );

  app.get(
    '/:metadata/file',
    {
      config: { right: 'member' },
      schema: {
        tags,
        operationId: 'getMetadataFile',
        summary: "Télécharger le fichier d'une métadonnée",
        params: MetadataParams,
        response: answers({ 200: FileContent }, 400, 401, 403, 404, 412, 416),
      },
    },
    async (request, reply) =>
      sendFile(request, reply, deps.storage, async () => {
        const { key, size, fileIdentifier, creation, update } = await find(request, request.params.metadata);
        return {
          key,
          size: Number(size),
          mediaType: 'application/xml',
          downloadName: fileIdentifier.toLowerCase().endsWith('.xml') ? fileIdentifier : `${fileIdentifier}.xml`,
          lastModified: update ?? creation,
        };
      }),
  );
};
