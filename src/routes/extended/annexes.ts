import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { findAnnex, listAnnexes } from '../../domain/annex-reads.js';
import { readList } from '../annexes/list.js';
import { presentAnnex, presentAnnexItem } from '../annexes/present.js';
import { AnnexDetail, AnnexItem, LIST_FILTERS } from '../annexes/schema.js';
import { sendPage } from '../lists.js';
import { answers, Uuid } from '../schemas.js';
import { type Level, levelQuery, PLATFORM, presentInPlace, WHOLE_PLATFORM, withPlace } from './level.js';

const Item = withPlace(AnnexItem, 'AnnexExtendedListResponseDto');
const Detail = withPlace(AnnexDetail, 'AnnexExtendedDetailResponseDto');

/** `GET …/annexes` of a level. */
export const annexLists: FastifyPluginAsyncTypebox<{ level: Level }> = async (app, { level }) => {
  app.get(
    '/annexes',
    {
      config: { right: level.right },
      schema: {
        tags: [level.tag],
        operationId: `list${level.name}Annexes`,
        summary: `Lister les annexes ${level.label}`,
        params: level.params,
        querystring: levelQuery(level, LIST_FILTERS),
        response: answers({ 200: Type.Array(Item) }, 400, 401, 403, 404),
      },
    },
    async (request, reply) => {
      const query = readList(request.query);
      const found = await listAnnexes(app.deps.prisma, level.scope(request), query);
      return sendPage(reply, query.page, found).map((annex) =>
        presentInPlace(presentAnnexItem(annex), annex.datastore),
      );
    },
  );
};

/** `GET /administrator/annexes/:annex`. */
export const annexReads: FastifyPluginAsyncTypebox = async (app) => {
  app.get(
    '/annexes/:annex',
    {
      config: { right: PLATFORM.right },
      schema: {
        tags: [PLATFORM.tag],
        operationId: 'getPlatformAnnex',
        summary: 'Lire une annexe de la plateforme',
        params: Type.Object({ annex: Uuid }),
        response: answers({ 200: Detail }, 400, 401, 403, 404),
      },
    },
    async (request) => {
      const annex = await findAnnex(app.deps.prisma, WHOLE_PLATFORM, request.params.annex);
      return presentInPlace(presentAnnex(annex), annex.datastore);
    },
  );
};
