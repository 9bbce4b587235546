import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import Value from 'typebox/value';
import { listSharings, type SharedEntity, type SharedSubject, shareWith, stopSharing } from '../../domain/sharings.js';
import { badRequest } from '../../errors.js';
import { datastoreOf } from '../../plugins/auth.js';
import { readRepeated, sendWhole } from '../lists.js';
import { answers, Ids, NoContent, Uuid } from '../schemas.js';
import { OfferingReceiverItem, presentOfferingReceiver, presentReceiver, ReceiverItem } from './sharing-schema.js';
import { type Subject, subjectOf, subjectParams } from './subject.js';

/**
 * `…/sharings`: datastores that may use an upload, stored data or offering (lifecycle.md §1.4). POST takes ids and
 * answers the list, which of offerings is richer and not answered by POST; DELETE takes ids in the query.
 */
export const sharingRoutes: FastifyPluginAsyncTypebox<Subject<SharedEntity>> = async (app, subject) => {
  const { deps } = app;
  const tags = [subject.tag];
  const params = subjectParams(subject.entity, {});
  const isOffering = subject.entity === 'offering';
  const list = Type.Array(isOffering ? OfferingReceiverItem : ReceiverItem);

  async function shared(request: FastifyRequest): Promise<SharedSubject> {
    const { entity, id } = subjectOf(request, subject);
    await subject.read(request, id);
    return { entity, id, datastoreId: datastoreOf(request).id };
  }
  const present = async (one: SharedSubject) =>
    (await listSharings(deps.prisma, one)).map(isOffering ? presentOfferingReceiver : presentReceiver);

  app.get(
    '/sharings',
    {
      config: { right: 'member' },
      schema: {
        tags,
        operationId: `list${subject.name}Sharings`,
        summary: `Lister les entrepôts avec lesquels ${subject.label} est partagée`,
        params,
        response: answers({ 200: list }, 400, 401, 403, 404),
      },
    },
    async (request, reply) => sendWhole(reply, await present(await shared(request))),
  );

  app.post(
    '/sharings',
    {
      config: { right: subject.right },
      schema: {
        tags,
        operationId: `add${subject.name}Sharings`,
        summary: `Partager ${subject.label} avec des entrepôts`,
        params,
        body: Ids,
        response: answers(isOffering ? { 204: NoContent } : { 200: list }, 400, 401, 403, 404, 409),
      },
    },
    async (request, reply) => {
      const one = await shared(request);
      await shareWith(deps, one, request.body);
      return isOffering ? reply.code(204).send() : reply.code(200).send(await present(one));
    },
  );

  app.delete(
    '/sharings',
    {
      config: { right: subject.right },
      schema: {
        tags,
        operationId: `remove${subject.name}Sharings`,
        summary: `Ne plus partager ${subject.label} avec des entrepôts`,
        description:
          'Entrepôts : datastores=a&datastores=b, datastores=a,b, datastores[]=a ou datastores[0]=a. Refusé quand l’un d’eux l’utilise.',
        params,
        response: answers({ 204: NoContent }, 400, 401, 403, 404, 409),
      },
    },
    async (request, reply) => {
      const ids = readRepeated(request.query as object, 'datastores');
      if (!ids.every((id) => Value.Check(Uuid, id))) {
        throw badRequest('Le paramètre "datastores" doit contenir des identifiants (UUID).');
      }
      await stopSharing(deps, await shared(request), ids);
      return reply.code(204).send();
    },
  );
};
