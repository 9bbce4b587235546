import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { findPublishedAnnex } from '../../domain/annex-reads.js';
import { findPublicDocument } from '../../domain/document-reads.js';
import { notFound } from '../../errors.js';
import { isStorableText } from '../../plugins/text.js';
import { sendFile, servedFile } from '../files.js';

/** Files that everybody reads, beside `/api` (spec diffusion §10.4): published annexes, documents with an address. */
export const publicFileRoutes: FastifyPluginAsyncTypebox = async (app) => {
  const { prisma, storage } = app.deps;

  app.get(
    '/annexes/:technical_name/*',
    { schema: { params: Type.Object({ technical_name: Type.String(), '*': Type.String() }) } },
    async (request, reply) =>
      sendFile(request, reply, storage, async () => {
        const { technical_name: technicalName, '*': path } = request.params;
        const isReadable = isStorableText(technicalName) && isStorableText(path);
        const annex = isReadable ? await findPublishedAnnex(prisma, technicalName, `/${path}`) : null;
        if (annex === null) throw notFound('Annexe inconnue');
        return servedFile(annex);
      }),
  );

  app.get(
    '/documents/:public_name',
    { schema: { params: Type.Object({ public_name: Type.String() }) } },
    async (request, reply) =>
      sendFile(request, reply, storage, async () => {
        const { public_name: publicName } = request.params;
        const document = isStorableText(publicName) ? await findPublicDocument(prisma, publicName) : null;
        if (document === null) throw notFound('Document inconnu');
        return servedFile(document);
      }),
  );
};
