import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import type { CommunityRight } from '../../domain/access.js';
import {
  addComment,
  type CommentedEntity,
  type CommentSubject,
  editComment,
  listComments,
  removeComment,
} from '../../domain/comments.js';
import { callerOf, datastoreOf } from '../../plugins/auth.js';
import { PageQuery, readPage, sendPage } from '../lists.js';
import { CommentBody, CommentResponse } from './schema.js';

const Uuid = Type.String({ format: 'uuid' });
const SubjectParams = Type.Object({ datastore: Uuid, entity: Uuid });
const CommentParams = Type.Object({ datastore: Uuid, entity: Uuid, comment: Uuid });

/**
 * Comments of one family, under `…/:entity/comments`. Members read; writing asks the family's right,
 * and only the author changes a comment.
 */
export const commentRoutes: FastifyPluginAsyncTypebox<{
  entity: CommentedEntity;
  right: CommunityRight;
  tag: string;
}> = async (app, { entity, right, tag }) => {
  const { prisma } = app.deps;
  const operation = (verb: string) => `${verb}_${entity}_comment`;
  const subjectOf = (request: FastifyRequest, id: string): CommentSubject => ({
    entity,
    id,
    datastoreId: datastoreOf(request).id,
  });

  app.get(
    '/',
    {
      config: { right: 'member' },
      schema: {
        tags: [tag],
        operationId: operation('list'),
        params: SubjectParams,
        querystring: PageQuery,
        response: { 200: Type.Array(CommentResponse) },
      },
    },
    async (request, reply) => {
      const page = readPage(request.query);
      return sendPage(reply, page, await listComments(prisma, subjectOf(request, request.params.entity), page));
    },
  );

  app.post(
    '/',
    {
      config: { right },
      schema: {
        tags: [tag],
        operationId: operation('add'),
        params: SubjectParams,
        body: CommentBody,
        response: { 201: CommentResponse },
      },
    },
    async (request, reply) => {
      const comment = { text: request.body.text, authorId: callerOf(request).id };
      return reply.code(201).send(await addComment(prisma, subjectOf(request, request.params.entity), comment));
    },
  );

  app.put(
    '/:comment',
    {
      config: { right },
      schema: {
        tags: [tag],
        operationId: operation('edit'),
        params: CommentParams,
        body: CommentBody,
        response: { 200: CommentResponse },
      },
    },
    async (request) =>
      editComment(prisma, subjectOf(request, request.params.entity), {
        id: request.params.comment,
        text: request.body.text,
        authorId: callerOf(request).id,
      }),
  );

  app.delete(
    '/:comment',
    {
      config: { right },
      schema: {
        tags: [tag],
        operationId: operation('remove'),
        params: CommentParams,
        response: { 204: Type.Null() },
      },
    },
    async (request, reply) => {
      await removeComment(prisma, subjectOf(request, request.params.entity), {
        id: request.params.comment,
        authorId: callerOf(request).id,
      });
      return reply.code(204).send(null);
    },
  );
};
