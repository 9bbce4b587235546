import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { listEvents } from '../../domain/events.js';
import { PageQuery, readPage, sendPage } from '../lists.js';
import { presentEvent } from '../present.js';
import { answers, Event } from '../schemas.js';
import { type Subject, subjectOf, subjectParams } from './subject.js';

/** `GET …/events`: what happened to an entity, oldest first. */
export const eventRoutes: FastifyPluginAsyncTypebox<Subject> = async (app, subject) => {
  app.get(
    '/events',
    {
      config: { right: 'member' },
      schema: {
        tags: [subject.tag],
        operationId: `list${subject.name}Events`,
        summary: `Lister les évènements d'${subject.label}`,
        params: subjectParams(subject.entity, {}),
        querystring: PageQuery,
        response: answers({ 200: Type.Array(Event) }, 400, 401, 403, 404),
      },
    },
    async (request, reply) => {
      const { entity, id } = subjectOf(request, subject);
      await subject.read(request, id);
      const page = readPage(request.query);
      const events = await listEvents(app.deps.prisma, { entity, id }, page);
      return sendPage(reply, page, events).map((event) => presentEvent(event, request.origin));
    },
  );
};
