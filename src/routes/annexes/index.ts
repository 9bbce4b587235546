import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { findAnnex, listAnnexes } from '../../domain/annex-reads.js';
import {
  createAnnex,
  deleteAnnex,
  publishAnnexes,
  receiveAnnexFile,
  receiveNewAnnex,
  replaceAnnexFile,
  updateAnnex,
} from '../../domain/annexes.js';
import type { ReceivedFile } from '../../domain/received-files.js';
import { badRequest } from '../../errors.js';
import type { Prisma } from '../../generated/prisma/client.js';
import { datastoreOf } from '../../plugins/auth.js';
import { sendFile, servedFile } from '../files.js';
import { receiveForm } from '../forms.js';
import { readLabels } from '../labels.js';
import { readWords, sendPage, words } from '../lists.js';
import { answers, FileContent, NoContent, readBoolean } from '../schemas.js';
import { readAnnexForm } from './form.js';
import { readList } from './list.js';
import { presentAnnex, presentAnnexItem } from './present.js';
import {
  AnnexDetail,
  AnnexItem,
  AnnexParams,
  CreateQuery,
  DatastoreParams,
  LabelsQuery,
  ListQuery,
  PatchBody,
} from './schema.js';

const tags = ['Annexes'];
const consumes = ['multipart/form-data'];

/** Annexes of a datastore (spec lifecycle §6). */
export const annexRoutes: FastifyPluginAsyncTypebox = async (app) => {
  const { deps } = app;
  const discard = (file: ReceivedFile) => deps.storage.remove(file.key);

  app.get(
    '/',
    {
      config: { right: 'member' },
      schema: {
        tags,
        operationId: 'listAnnexes',
        summary: 'Lister les annexes',
        params: DatastoreParams,
        querystring: ListQuery,
        response: answers({ 200: Type.Array(AnnexItem) }, 400, 401, 403, 404),
      },
    },
    async (request, reply) => {
      const query = readList(request.query);
      const found = await listAnnexes(deps.prisma, { datastore: datastoreOf(request).id }, query);
      return sendPage(reply, query.page, found).map(presentAnnexItem);
    },
  );

  app.post(
    '/',
    {
      config: { right: 'ANNEX' },
      schema: {
        tags,
        consumes,
        formFields: CreateQuery.properties,
        operationId: 'createAnnex',
        summary: 'Déposer une annexe',
        description: 'Corps multipart, une partie "file" ; paths, labels et published en parties ou en paramètres.',
        params: DatastoreParams,
        querystring: CreateQuery,
        response: answers({ 201: AnnexDetail }, 400, 401, 403, 404, 409, 413),
      },
    },
    async (request, reply) => {
      const datastoreId = datastoreOf(request).id;
      const { file, attributes } = await receiveForm(request, {
        receive: (incoming) => receiveNewAnnex(deps, datastoreId, incoming),
        discard,
        read: (fields) => readAnnexForm(fields, request.query),
      });
      const { paths, labels, published } = attributes;
      const annex = { paths, labels, published: readBoolean(published) ?? false };
      return reply.code(201).send(presentAnnex(await createAnnex(deps, datastoreId, file, annex)));
    },
  );

  for (const [segment, published] of [
    ['publication', true],
    ['unpublication', false],
  ] as const) {
    app.post(
      `/${segment}`,
      {
        config: { right: 'ANNEX' },
        schema: {
          tags,
          operationId: published ? 'publishAnnexes' : 'unpublishAnnexes',
          summary: published ? 'Publier les annexes qui ont des labels' : 'Dépublier les annexes qui ont des labels',
          description: "Renvoie le nombre d'annexes dont la publication a changé.",
          params: DatastoreParams,
          querystring: LabelsQuery,
          response: answers({ 200: Type.Integer() }, 400, 401, 403, 404),
        },
      },
      async (request) => {
        const labels = readWords(request.query, 'labels');
        if (labels.length === 0) throw badRequest('Le paramètre "labels" est obligatoire.');
        return publishAnnexes(deps, datastoreOf(request).id, { labels, published });
      },
    );
  }

  app.get(
    '/:annex',
    {
      config: { right: 'member' },
      schema: {
        tags,
        operationId: 'getAnnex',
        summary: 'Lire une annexe',
        params: AnnexParams,
        response: answers({ 200: AnnexDetail }, 400, 401, 403, 404),
      },
    },
    async (request) =>
      presentAnnex(await findAnnex(deps.prisma, { datastore: datastoreOf(request).id }, request.params.annex)),
  );

  app.put(
    '/:annex',
    {
      config: { right: 'ANNEX' },
      schema: {
        tags,
        consumes,
        operationId: 'replaceAnnexFile',
        summary: "Remplacer le fichier d'une annexe",
        params: AnnexParams,
        response: answers({ 200: AnnexDetail }, 400, 401, 403, 404, 413),
      },
    },
    async (request) => {
      const datastoreId = datastoreOf(request).id;
      const { file } = await receiveForm(request, {
        receive: (incoming) => receiveAnnexFile(deps, datastoreId, request.params.annex, incoming),
        discard,
        read: () => undefined,
      });
      return presentAnnex(await replaceAnnexFile(deps, datastoreId, request.params.annex, file));
    },
  );

  app.patch(
    '/:annex',
    {
      config: { right: 'ANNEX' },
      schema: {
        tags,
        operationId: 'updateAnnex',
        summary: "Modifier les chemins, les labels, la publication ou les informations d'une annexe",
        params: AnnexParams,
        body: PatchBody,
        response: answers({ 200: AnnexDetail }, 400, 401, 403, 404, 409),
      },
    },
    async (request) => {
      const { paths, labels, published, extra } = request.body;
      const patch = {
        paths: typeof paths === 'string' ? words(paths) : paths,
        labels: readLabels(labels),
        published: readBoolean(published),
        extra: extra as Prisma.InputJsonObject | null | undefined,
      };
      return presentAnnex(await updateAnnex(deps, datastoreOf(request).id, request.params.annex, patch));
    },
  );

  app.delete(
    '/:annex',
    {
      config: { right: 'ANNEX' },
      schema: {
        tags,
        operationId: 'deleteAnnex',
        summary: 'Supprimer une annexe',
        params: AnnexParams,
        response: answers({ 204: NoContent }, 400, 401, 403, 404),
      },
    },
    async (request, reply) => {
      await deleteAnnex(deps, datastoreOf(request).id, request.params.annex);
      return reply.code(204).send();
    },
  );

  app.get(
    '/:annex/file',
    {
      config: { right: 'member' },
      schema: {
        tags,
        operationId: 'getAnnexFile',
        summary: "Télécharger le fichier d'une annexe",
        params: AnnexParams,
        response: answers({ 200: FileContent }, 400, 401, 403, 404, 412, 416),
      },
    },
    async (request, reply) =>
      sendFile(request, reply, deps.storage, async () => {
        const annex = await findAnnex(deps.prisma, { datastore: datastoreOf(request).id }, request.params.annex);
        const [path = ''] = annex.paths;
        return { ...servedFile(annex), downloadName: path.slice(path.lastIndexOf('/') + 1) };
      }),
  );
};
