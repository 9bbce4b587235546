import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { addReaders, listReaders, removeReaders } from '../../domain/document-sharings.js';
import { badRequest } from '../../errors.js';
import { callerOf } from '../../plugins/auth.js';
import { isUuid } from '../../plugins/text.js';
import { PageQuery, readPage, readWords, sendPage } from '../lists.js';
import { answers, NoContent } from '../schemas.js';
import { presentDocument, presentReader } from './present.js';
import { DocumentDetail, DocumentParams, Reader, ReadersBody, ReadersQuery } from './schema.js';

const tags = ['Documents personnels'];

/** `…/sharings`: whom a personal document is shared with. */
export const documentSharingRoutes: FastifyPluginAsyncTypebox = async (app) => {
  const { deps } = app;

  app.get(
    '/:document/sharings',
    {
      config: { right: 'authenticated' },
      schema: {
        tags,
        operationId: 'listDocumentSharings',
        summary: 'Lister les utilisateurs avec qui un document est partagé',
        params: DocumentParams,
        querystring: PageQuery,
        response: answers({ 200: Type.Array(Reader) }, 400, 401, 403, 404),
      },
    },
    async (request, reply) => {
      const page = readPage(request.query);
      const readers = await listReaders(deps, callerOf(request).id, request.params.document, page);
      return sendPage(reply, page, readers).map(presentReader);
    },
  );

  app.post(
    '/:document/sharings',
    {
      config: { right: 'authenticated' },
      schema: {
        tags,
        operationId: 'shareDocument',
        summary: 'Partager un document avec des utilisateurs',
        params: DocumentParams,
        body: ReadersBody,
        response: answers({ 200: DocumentDetail }, 400, 401, 403, 404),
      },
    },
    async (request) => {
      const document = await addReaders(deps, callerOf(request).id, request.params.document, request.body);
      return presentDocument(document, request.origin);
    },
  );

  app.delete(
    '/:document/sharings',
    {
      config: { right: 'authenticated' },
      schema: {
        tags,
        operationId: 'unshareDocument',
        summary: 'Ne plus partager un document avec des utilisateurs',
        params: DocumentParams,
        querystring: ReadersQuery,
        response: answers({ 204: NoContent }, 400, 401, 403, 404),
      },
    },
    async (request, reply) => {
      const readers = readWords(request.query, 'users');
      if (readers.length === 0) throw badRequest('Le paramètre "users" est obligatoire.');
      const malformed = readers.filter((reader) => !isUuid(reader));
      if (malformed.length > 0) {
        throw badRequest(`Le paramètre "users" contient des identifiants (UUID) invalides : ${malformed.join(', ')}.`);
      }
      await removeReaders(deps, callerOf(request).id, request.params.document, readers);
      return reply.code(204).send();
    },
  );
};
