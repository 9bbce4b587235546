import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { type Static, Type } from 'typebox';
import {
  createNomenclature,
  deleteNomenclature,
  findNomenclature,
  relabelNomenclature,
} from '../../domain/administration/nomenclatures.js';
import { listNomenclatures } from '../../domain/nomenclatures.js';
import type { Nomenclature } from '../../generated/prisma/client.js';
import { readPage, sendPage } from '../lists.js';
import { answers, NoContent } from '../schemas.js';
import {
  CreateNomenclatureBody,
  NomenclatureParams,
  NomenclatureSchema,
  NomenclaturesQuery,
  PatchNomenclatureBody,
} from './nomenclatures-schema.js';
import { administratorRoute } from './route.js';

/** Terms of the platform, by type. */
export const administratorNomenclatureRoutes: FastifyPluginAsyncTypebox = async (app) => {
  app.get(
    '/',
    administratorRoute({
      operationId: 'listPlatformNomenclatures',
      summary: 'Lister les nomenclatures',
      querystring: NomenclaturesQuery,
      response: answers({ 200: Type.Array(NomenclatureSchema) }, 400, 401, 403),
    }),
    async (request, reply) => {
      const page = readPage(request.query);
      const found = await listNomenclatures(app.deps, { filters: { type: request.query.type }, page });
      return sendPage(reply, page, found).map(presentNomenclature);
    },
  );

  app.post(
    '/',
    administratorRoute({
      operationId: 'createNomenclature',
      summary: 'Créer une nomenclature',
      body: CreateNomenclatureBody,
      response: answers({ 201: NomenclatureSchema }, 400, 401, 403, 409),
    }),
    async (request, reply) => {
      const { type, term, label } = request.body;
      return reply.code(201).send(presentNomenclature(await createNomenclature(app.deps, { type, term, label })));
    },
  );

  app.get(
    '/:nomenclature',
    administratorRoute({
      operationId: 'getPlatformNomenclature',
      summary: 'Lire une nomenclature',
      params: NomenclatureParams,
      response: answers({ 200: NomenclatureSchema }, 400, 401, 403, 404),
    }),
    async (request) => presentNomenclature(await findNomenclature(app.deps, request.params.nomenclature)),
  );

  app.patch(
    '/:nomenclature',
    administratorRoute({
      operationId: 'updateNomenclature',
      summary: "Modifier le libellé d'une nomenclature",
      params: NomenclatureParams,
      body: PatchNomenclatureBody,
      response: answers({ 200: NomenclatureSchema }, 400, 401, 403, 404),
    }),
    async (request) =>
      presentNomenclature(await relabelNomenclature(app.deps, request.params.nomenclature, request.body.label)),
  );

  app.delete(
    '/:nomenclature',
    administratorRoute({
      operationId: 'deleteNomenclature',
      summary: "Supprimer une nomenclature que rien n'utilise",
      params: NomenclatureParams,
      response: answers({ 204: NoContent }, 400, 401, 403, 404, 409),
    }),
    async (request, reply) => {
      await deleteNomenclature(app.deps, request.params.nomenclature);
      return reply.code(204).send();
    },
  );
};

function presentNomenclature({ id, type, term, label }: Nomenclature): Static<typeof NomenclatureSchema> {
  return { _id: id, type: type as Static<typeof NomenclatureSchema>['type'], term, label };
}
