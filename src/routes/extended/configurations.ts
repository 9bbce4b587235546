import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { getConfiguration, listConfigurations } from '../../domain/configuration-reads.js';
import { readList } from '../configurations/list.js';
import { presentConfiguration, presentConfigurationItem } from '../configurations/present.js';
import { ConfigurationDetail, ConfigurationItem, LIST_FILTERS } from '../configurations/schema.js';
import { pickFields, sendPage } from '../lists.js';
import { answers, Uuid } from '../schemas.js';
import { type Level, levelQuery, PLATFORM, presentInPlace, WHOLE_PLATFORM, withPlace } from './level.js';

const Item = withPlace(ConfigurationItem);
const Detail = withPlace(ConfigurationDetail, 'ConfigurationExtendedDetailResponseDto');

/** `GET …/configurations` of a level. */
export const configurationLists: FastifyPluginAsyncTypebox<{ level: Level }> = async (app, { level }) => {
  app.get(
    '/configurations',
    {
      config: { right: level.right },
      schema: {
        tags: [level.tag],
        operationId: `list${level.name}Configurations`,
        summary: `Lister les configurations ${level.label}`,
        params: level.params,
        querystring: levelQuery(level, LIST_FILTERS),
        response: answers({ 200: Type.Array(Item) }, 400, 401, 403, 404),
      },
    },
    async (request, reply) => {
      const { fields, ...query } = readList(request.query);
      const found = await listConfigurations(app.deps, level.scope(request), query);
      return sendPage(reply, query.page, found).map((item) =>
        presentInPlace(pickFields(presentConfigurationItem(item, request.origin), fields), item.datastore),
      );
    },
  );
};

/** `GET /administrator/configurations/:configuration`. */
export const configurationReads: FastifyPluginAsyncTypebox = async (app) => {
  app.get(
    '/configurations/:configuration',
    {
      config: { right: PLATFORM.right },
      schema: {
        tags: [PLATFORM.tag],
        operationId: 'getPlatformConfiguration',
        summary: 'Lire une configuration de la plateforme',
        params: Type.Object({ configuration: Uuid }),
        response: answers({ 200: Detail }, 400, 401, 403, 404),
      },
    },
    async (request) => {
      const configuration = await getConfiguration(app.deps, WHOLE_PLATFORM, request.params.configuration);
      return presentInPlace(presentConfiguration(configuration, request.origin), configuration.datastore);
    },
  );
};
