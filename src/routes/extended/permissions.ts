import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { getGivenPermission, listGivenPermissions } from '../../domain/permission-reads.js';
import { sendPage } from '../lists.js';
import { readList } from '../permissions/list.js';
import { presentGivenPermission } from '../permissions/present.js';
import { GivenPermission, LIST_FILTERS, PermissionParams } from '../permissions/schema.js';
import { answers } from '../schemas.js';
import { type Level, levelQuery, PLATFORM, presentInPlace, WHOLE_PLATFORM, withPlace } from './level.js';

const Item = withPlace(GivenPermission, 'PermissionExtendedListResponseDto');

/** `GET …/permissions` of a level: those that its datastores give. */
export const permissionLists: FastifyPluginAsyncTypebox<{ level: Level }> = async (app, { level }) => {
  app.get(
    '/permissions',
    {
      config: { right: level.right },
      schema: {
        tags: [level.tag],
        operationId: `list${level.name}Permissions`,
        summary: `Lister les permissions données par les entrepôts ${level.label}`,
        params: level.params,
        querystring: levelQuery(level, LIST_FILTERS),
        response: answers({ 200: Type.Array(Item) }, 400, 401, 403, 404),
      },
    },
    async (request, reply) => {
      const query = readList(request.query);
      const found = await listGivenPermissions(app.deps, level.scope(request), query);
      return sendPage(reply, query.page, found).map((permission) =>
        presentInPlace(presentGivenPermission(permission), permission.datastore),
      );
    },
  );
};

/** `GET /administrator/permissions/:permission`. */
export const permissionReads: FastifyPluginAsyncTypebox = async (app) => {
  app.get(
    '/permissions/:permission',
    {
      config: { right: PLATFORM.right },
      schema: {
        tags: [PLATFORM.tag],
        operationId: 'getPlatformPermission',
        summary: 'Lire une permission de la plateforme',
        params: PermissionParams,
        response: answers({ 200: Item }, 400, 401, 403, 404),
      },
    },
    async (request) => {
      const permission = await getGivenPermission(app.deps, WHOLE_PLATFORM, request.params.permission);
      return presentInPlace(presentGivenPermission(permission), permission.datastore);
    },
  );
};
