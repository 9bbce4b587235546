import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { getStoredData, listStoredData } from '../../domain/stored-data-reads.js';
import { pickFields, sendPage } from '../lists.js';
import { readList } from '../stored-data/list.js';
import { presentStoredData, presentStoredDataItem } from '../stored-data/present.js';
import { LIST_FILTERS, StoredDataDetail, StoredDataItem } from '../stored-data/schema.js';
import { answers, Uuid } from '../schemas.js';
import { type Level, levelQuery, PLATFORM, presentInPlace, WHOLE_PLATFORM, withPlace } from './level.js';

const Item = withPlace(StoredDataItem);
const Detail = withPlace(StoredDataDetail, 'StoredDataExtendedDetailResponseDto');

/** `GET …/stored_data` of a level. */
export const storedDataLists: FastifyPluginAsyncTypebox<{ level: Level }> = async (app, { level }) => {
  app.get(
    '/stored_data',
    {
      config: { right: level.right },
      schema: {
        tags: [level.tag],
        operationId: `list${level.name}StoredData`,
        summary: `Lister les données stockées ${level.label}`,
        params: level.params,
        querystring: levelQuery(level, LIST_FILTERS),
        response: answers({ 200: Type.Array(Item) }, 400, 401, 403, 404),
      },
    },
    async (request, reply) => {
      const { fields, ...query } = readList(request.query);
      const found = await listStoredData(app.deps, level.scope(request), query);
      return sendPage(reply, query.page, found).map((storedData) =>
        presentInPlace(pickFields(presentStoredDataItem(storedData, true), fields), storedData.datastore),
      );
    },
  );
};

/** `GET /administrator/stored_data/:stored_data`. */
export const storedDataReads: FastifyPluginAsyncTypebox = async (app) => {
  app.get(
    '/stored_data/:stored_data',
    {
      config: { right: PLATFORM.right },
      schema: {
        tags: [PLATFORM.tag],
        operationId: 'getPlatformStoredData',
        summary: 'Lire une donnée stockée de la plateforme',
        params: Type.Object({ stored_data: Uuid }),
        response: answers({ 200: Detail }, 400, 401, 403, 404),
      },
    },
    async (request) => {
      const storedData = await getStoredData(app.deps, WHOLE_PLATFORM, request.params.stored_data);
      return presentInPlace(presentStoredData(storedData), storedData.datastore);
    },
  );
};
