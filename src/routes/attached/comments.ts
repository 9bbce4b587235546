import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { addComment, type CommentSubject, editComment, listComments, removeComment } from '../../domain/comments.js';
import { callerOf } from '../../plugins/auth.js';
import { PageQuery, readPage, sendPage } from '../lists.js';
import { answers, NoContent, Uuid } from '../schemas.js';
import { CommentBody, CommentResponse } from './comment-schema.js';
import { type Subject, subjectOf, subjectParams } from './subject.js';

/** `…/comments`: members read; writing asks the family's right, and only the author changes a comment. */
export const commentRoutes: FastifyPluginAsyncTypebox<Subject> = async (app, subject) => {
  const { prisma } = app.deps;
  const { right } = subject;
  const tags = [subject.tag];
  const params = subjectParams(subject.entity, {});
  const commentParams = subjectParams(subject.entity, { comment: Uuid });

  async function commented(request: FastifyRequest): Promise<CommentSubject> {
    const { entity, id } = subjectOf(request, subject);
    await subject.read(request, id);
    return { entity, id };
  }

  app.get(
    '/comments',
    {
      config: { right: 'member' },
      schema: {
        tags,
        operationId: `list${subject.name}Comments`,
        summary: `Lister les commentaires d'${subject.label}`,
        params,
        querystring: PageQuery,
        response: answers({ 200: Type.Array(CommentResponse) }, 400, 401, 403, 404),
      },
    },
    async (request, reply) => {
      const page = readPage(request.query);
      return sendPage(reply, page, await listComments(prisma, await commented(request), page));
    },
  );

  app.post(
    '/comments',
    {
      config: { right },
      schema: {
        tags,
        operationId: `add${subject.name}Comment`,
        summary: `Commenter ${subject.label}`,
        params,
        body: CommentBody,
        response: answers({ 201: CommentResponse }, 400, 401, 403, 404),
      },
    },
    async (request, reply) => {
      const comment = { text: request.body.text, authorId: callerOf(request).id };
      return reply.code(201).send(await addComment(prisma, await commented(request), comment));
    },
  );

  app.put(
    '/comments/:comment',
    {
      config: { right },
      schema: {
        tags,
        operationId: `edit${subject.name}Comment`,
        summary: `Modifier un commentaire d'${subject.label}`,
        params: commentParams,
        body: CommentBody,
        response: answers({ 200: CommentResponse }, 400, 401, 403, 404),
      },
    },
    async (request) =>
      editComment(prisma, await commented(request), {
        id: request.params.comment,
        text: request.body.text,
        authorId: callerOf(request).id,
      }),
  );

  app.delete(
    '/comments/:comment',
    {
      config: { right },
      schema: {
        tags,
        operationId: `remove${subject.name}Comment`,
        summary: `Supprimer un commentaire d'${subject.label}`,
        params: commentParams,
        response: answers({ 204: NoContent }, 400, 401, 403, 404),
      },
    },
    async (request, reply) => {
      const comment = { id: request.params.comment, authorId: callerOf(request).id };
      await removeComment(prisma, await commented(request), comment);
      return reply.code(204).send();
    },
  );
};
