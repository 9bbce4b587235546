import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { getOffering, listOfferings } from '../../domain/offering-reads.js';
import { pickFields, sendPage } from '../lists.js';
import { readList } from '../offerings/list.js';
import { presentOffering } from '../offerings/present.js';
import { LIST_FILTERS, OfferingDetail, OfferingItem } from '../offerings/schema.js';
import { answers, Uuid } from '../schemas.js';
import { type Level, levelQuery, PLATFORM, presentInPlace, WHOLE_PLATFORM, withPlace } from './level.js';

const Item = withPlace(OfferingItem);
const Detail = withPlace(OfferingDetail, 'OfferingExtendedDetailResponseDto');

/** `GET …/offerings` of a level. */
export const offeringLists: FastifyPluginAsyncTypebox<{ level: Level }> = async (app, { level }) => {
  app.get(
    '/offerings',
    {
      config: { right: level.right },
      schema: {
        tags: [level.tag],
        operationId: `list${level.name}Offerings`,
        summary: `Lister les offres ${level.label}`,
        params: level.params,
        querystring: levelQuery(level, LIST_FILTERS),
        response: answers({ 200: Type.Array(Item) }, 400, 401, 403, 404),
      },
    },
    async (request, reply) => {
      const { fields, ...query } = readList(request.query);
      const found = await listOfferings(app.deps, level.scope(request), query);
      return sendPage(reply, query.page, found).map((item) =>
        presentInPlace(pickFields(presentOffering(item, request.origin), fields), item.configuration.datastore),
      );
    },
  );
};

/** `GET /administrator/offerings/:offering`. */
export const offeringReads: FastifyPluginAsyncTypebox = async (app) => {
  app.get(
    '/offerings/:offering',
    {
      config: { right: PLATFORM.right },
      schema: {
        tags: [PLATFORM.tag],
        operationId: 'getPlatformOffering',
        summary: 'Lire une offre de la plateforme',
        params: Type.Object({ offering: Uuid }),
        response: answers({ 200: Detail }, 400, 401, 403, 404),
      },
    },
    async (request) => {
      const offering = await getOffering(app.deps, WHOLE_PLATFORM, request.params.offering);
      return presentInPlace(presentOffering(offering, request.origin), offering.configuration.datastore);
    },
  );
};
