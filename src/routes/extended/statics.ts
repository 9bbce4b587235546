import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { getStatic, listStatics } from '../../domain/static-reads.js';
import { sendPage } from '../lists.js';
import { answers, Uuid } from '../schemas.js';
import { readList } from '../statics/list.js';
import { presentStatic, presentStaticItem } from '../statics/present.js';
import { LIST_FILTERS, StaticDetail, StaticItem } from '../statics/schema.js';
import { type Level, levelQuery, PLATFORM, presentInPlace, WHOLE_PLATFORM, withPlace } from './level.js';

const Item = withPlace(StaticItem, 'StaticFileExtendedListResponseDto');
const Detail = withPlace(StaticDetail, 'StaticFileExtendedDetailResponseDto');

/** `GET …/statics` of a level. */
export const staticLists: FastifyPluginAsyncTypebox<{ level: Level }> = async (app, { level }) => {
  app.get(
    '/statics',
    {
      config: { right: level.right },
      schema: {
        tags: [level.tag],
        operationId: `list${level.name}Statics`,
        summary: `Lister les fichiers statiques ${level.label}`,
        params: level.params,
        querystring: levelQuery(level, LIST_FILTERS),
        response: answers({ 200: Type.Array(Item) }, 400, 401, 403, 404),
      },
    },
    async (request, reply) => {
      const query = readList(request.query);
      const found = await listStatics(app.deps, level.scope(request), query);
      return sendPage(reply, query.page, found).map((file) => presentInPlace(presentStaticItem(file), file.datastore));
    },
  );
};

/** `GET /administrator/statics/:static`. */
export const staticReads: FastifyPluginAsyncTypebox = async (app) => {
  app.get(
    '/statics/:static',
    {
      config: { right: PLATFORM.right },
      schema: {
        tags: [PLATFORM.tag],
        operationId: 'getPlatformStatic',
        summary: 'Lire un fichier statique de la plateforme',
        params: Type.Object({ static: Uuid }),
        response: answers({ 200: Detail }, 400, 401, 403, 404),
      },
    },
    async (request) => {
      const file = await getStatic(app.deps, WHOLE_PLATFORM, request.params.static);
      return presentInPlace(presentStatic(file), file.datastore);
    },
  );
};
