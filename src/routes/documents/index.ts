import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { findReadableDocument, listDocuments } from '../../domain/document-reads.js';
import {
  createDocument,
  deleteDocument,
  receiveDocumentFile,
  receiveNewDocument,
  replaceDocumentFile,
  updateDocument,
} from '../../domain/documents.js';
import type { ReceivedFile } from '../../domain/received-files.js';
import type { Prisma } from '../../generated/prisma/client.js';
import { callerOf } from '../../plugins/auth.js';
import { sendFile, servedFile } from '../files.js';
import { receiveForm } from '../forms.js';
import { readLabels } from '../labels.js';
import { pickFields, readFields, readPage, readSort, readWords, sendPage } from '../lists.js';
import { answers, FileContent, NoContent, readBoolean } from '../schemas.js';
import { readDocumentForm } from './form.js';
import { presentDocument } from './present.js';
import {
  DocumentDetail,
  DocumentForm,
  DocumentItem,
  DocumentParams,
  LIST_FIELDS,
  ListQuery,
  PatchBody,
} from './schema.js';
import { documentSharingRoutes } from './sharings.js';

const tags = ['Documents personnels'];
const consumes = ['multipart/form-data'];

/** Personal documents of the caller (access.md §3.3). */
export const documentRoutes: FastifyPluginAsyncTypebox = async (app) => {
  const { deps } = app;
  const discard = (file: ReceivedFile) => deps.storage.remove(file.key);

  await app.register(documentSharingRoutes);

  app.get(
    '/',
    {
      config: { right: 'authenticated' },
      schema: {
        tags,
        operationId: 'listDocuments',
        summary: 'Lister ses documents, ou ceux que d’autres partagent',
        querystring: ListQuery,
        response: answers({ 200: Type.Array(DocumentItem) }, 400, 401),
      },
    },
    async (request, reply) => {
      const { name, mime_type: mimeType, owned, shared } = request.query;
      const fields = [...readFields(request.query, LIST_FIELDS), 'creation', 'update'];
      const page = readPage(request.query);
      const sort = readSort(request.query, ['creation', 'update']);
      const filters = {
        name,
        mimeType,
        labels: readWords(request.query, 'labels'),
        owned: owned ?? shared !== true,
        shared: shared ?? owned === false,
      };
      const found = await listDocuments(deps.prisma, callerOf(request).id, { filters, sort, page });
      return sendPage(reply, page, found).map((document) =>
        pickFields(presentDocument(document, request.origin), fields),
      );
    },
  );

  app.post(
    '/',
    {
      config: { right: 'authenticated' },
      schema: {
        tags,
        consumes,
        formFields: DocumentForm.properties,
        operationId: 'createDocument',
        summary: 'Déposer un document',
        description: 'Corps multipart, une partie "file" ; labels séparés par des virgules ou répétés.',
        response: answers({ 201: DocumentDetail }, 400, 401, 409, 413),
      },
    },
    async (request, reply) => {
      const userId = callerOf(request).id;
      const { file, attributes } = await receiveForm(request, {
        receive: (incoming) => receiveNewDocument(deps, userId, incoming),
        discard,
        read: readDocumentForm,
      });
      const { public_url: publicUrl, ...described } = attributes;
      const document = { ...described, isPublic: readBoolean(publicUrl) ?? false };
      return reply.code(201).send(presentDocument(await createDocument(deps, userId, file, document), request.origin));
    },
  );

  app.get(
    '/:document',
    {
      config: { right: 'authenticated' },
      schema: {
        tags,
        operationId: 'getDocument',
        summary: 'Lire un document, à soi ou partagé',
        params: DocumentParams,
        response: answers({ 200: DocumentDetail }, 400, 401, 404),
      },
    },
    async (request) => {
      const document = await findReadableDocument(deps.prisma, callerOf(request).id, request.params.document);
      return presentDocument(document, request.origin);
    },
  );

  app.put(
    '/:document',
    {
      config: { right: 'authenticated' },
      schema: {
        tags,
        consumes,
        operationId: 'replaceDocumentFile',
        summary: "Remplacer le fichier d'un document",
        params: DocumentParams,
        response: answers({ 200: DocumentDetail }, 400, 401, 403, 404, 409, 413),
      },
    },
    async (request) => {
      const userId = callerOf(request).id;
      const { document } = request.params;
      const { file } = await receiveForm(request, {
        receive: (incoming) => receiveDocumentFile(deps, userId, document, incoming),
        discard,
        read: () => undefined,
      });
      return presentDocument(await replaceDocumentFile(deps, userId, document, file), request.origin);
    },
  );

  app.patch(
    '/:document',
    {
      config: { right: 'authenticated' },
      schema: {
        tags,
        operationId: 'updateDocument',
        summary: "Modifier les attributs d'un document, lui donner ou retirer une adresse anonyme",
        params: DocumentParams,
        body: PatchBody,
        response: answers({ 200: DocumentDetail }, 400, 401, 403, 404),
      },
    },
    async (request) => {
      const { name, description, labels, public_url: publicUrl, extra } = request.body;
      const patch = {
        name,
        description,
        labels: readLabels(labels),
        isPublic: readBoolean(publicUrl),
        extra: extra as Prisma.InputJsonObject | null | undefined,
      };
      const document = await updateDocument(deps, callerOf(request).id, request.params.document, patch);
      return presentDocument(document, request.origin);
    },
  );

  app.delete(
    '/:document',
    {
      config: { right: 'authenticated' },
      schema: {
        tags,
        operationId: 'deleteDocument',
        summary: 'Supprimer un document',
        params: DocumentParams,
        response: answers({ 204: NoContent }, 400, 401, 403, 404),
      },
    },
    async (request, reply) => {
      await deleteDocument(deps, callerOf(request).id, request.params.document);
      return reply.code(204).send();
    },
  );

  app.get(
    '/:document/file',
    {
      config: { right: 'authenticated' },
      schema: {
        tags,
        operationId: 'getDocumentFile',
        summary: 'Télécharger un document, à soi ou partagé',
        params: DocumentParams,
        response: answers({ 200: FileContent }, 400, 401, 404, 412, 416),
      },
    },
    async (request, reply) =>
      sendFile(request, reply, deps.storage, async () => {
        const document = await findReadableDocument(deps.prisma, callerOf(request).id, request.params.document);
        return { ...servedFile(document), downloadName: document.fileName };
      }),
  );
};
