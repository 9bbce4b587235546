import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { listNomenclatures } from '../../domain/nomenclatures.js';
import { findTileMatrixSet, listTileMatrixSets } from '../../domain/tile-matrix-sets.js';
import { readPage, sendPage } from '../lists.js';
import { answers } from '../schemas.js';
import { presentNomenclature, presentTms, presentTmsFile, presentTmsItem } from './present.js';
import {
  NomenclatureSchema,
  NomenclaturesQuery,
  TmsFileSchema,
  TmsItemSchema,
  TmsParams,
  TmsQuery,
  TmsSchema,
} from './schema.js';

const tags = ['Fichiers communs'];

/** `/statics`: what all datastores share, terms with their labels and grids of tiles. */
export const commonFileRoutes: FastifyPluginAsyncTypebox = async (app) => {
  app.get(
    '/nomenclatures',
    {
      config: { right: 'authenticated' },
      schema: {
        tags,
        operationId: 'listNomenclatures',
        summary: 'Lister les nomenclatures',
        querystring: NomenclaturesQuery,
        response: answers({ 200: Type.Array(NomenclatureSchema) }, 400, 401),
      },
    },
    async (request, reply) => {
      const { type, term, label } = request.query;
      const page = readPage(request.query);
      const found = await listNomenclatures(app.deps, { filters: { type, term, label }, page });
      return sendPage(reply, page, found).map(presentNomenclature);
    },
  );

  app.get(
    '/tms',
    {
      config: { right: 'authenticated' },
      schema: {
        tags,
        operationId: 'listTileMatrixSets',
        summary: 'Lister les découpages en tuiles (TMS)',
        querystring: TmsQuery,
        response: answers({ 200: Type.Array(TmsItemSchema) }, 400, 401),
      },
    },
    async (request, reply) => {
      const { type, srs, resolution } = request.query;
      const page = readPage(request.query);
      const found = listTileMatrixSets({ filters: { id: type, crs: srs, resolution }, page });
      return sendPage(reply, page, found).map(presentTmsItem);
    },
  );

  app.get(
    '/tms/:tms',
    {
      config: { right: 'authenticated' },
      schema: {
        tags,
        operationId: 'getTileMatrixSet',
        summary: 'Lire un découpage en tuiles (TMS)',
        params: TmsParams,
        response: answers({ 200: TmsSchema }, 400, 401, 404),
      },
    },
    async (request) => presentTms(findTileMatrixSet(request.params.tms)),
  );

  app.get(
    '/tms/:tms/file',
    {
      config: { right: 'authenticated' },
      schema: {
        tags,
        operationId: 'getTileMatrixSetFile',
        summary: "Télécharger le fichier d'un découpage en tuiles (TMS)",
        params: TmsParams,
        response: answers({ 200: TmsFileSchema }, 400, 401, 404),
      },
    },
    async (request) => presentTmsFile(findTileMatrixSet(request.params.tms)),
  );
};
