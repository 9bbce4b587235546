import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { TSchema } from 'typebox';
import { addTags, normaliseTags, removeTags, type TaggedEntity } from '../../domain/tags.js';
import { readRepeated } from '../lists.js';
import { answers, NoContent, TagsBody } from '../schemas.js';
import { type Subject, subjectOf, subjectParams } from './subject.js';

/** `…/tags`: POST upserts and answers the whole entity, DELETE takes keys in the query (four spellings). */
export const tagRoutes: FastifyPluginAsyncTypebox<Subject<TaggedEntity> & { detail: TSchema }> = async (
  app,
  subject,
) => {
  const { prisma } = app.deps;
  const params = subjectParams(subject.entity, {});

  app.post(
    '/tags',
    {
      config: { right: subject.right },
      schema: {
        tags: [subject.tag],
        operationId: `add${subject.name}Tags`,
        summary: `Ajouter ou remplacer des tags d'${subject.label}`,
        params,
        body: TagsBody,
        response: answers({ 200: subject.detail }, 400, 401, 403, 404),
      },
    },
    async (request) => {
      const { entity, id } = subjectOf(request, subject);
      await subject.read(request, id);
      await addTags(prisma, entity, id, normaliseTags(request.body));
      return subject.read(request, id);
    },
  );

  app.delete(
    '/tags',
    {
      config: { right: subject.right },
      schema: {
        tags: [subject.tag],
        operationId: `remove${subject.name}Tags`,
        summary: `Retirer des tags d'${subject.label}`,
        description: 'Clés : tags=a&tags=b, tags=a,b, tags[]=a ou tags[0]=a.',
        params,
        response: answers({ 204: NoContent }, 400, 401, 403, 404),
      },
    },
    async (request, reply) => {
      const keys = readRepeated(request.query as object, 'tags');
      const { entity, id } = subjectOf(request, subject);
      await subject.read(request, id);
      await removeTags(prisma, entity, id, keys);
      return reply.code(204).send();
    },
  );
};
