import type { FastifyPluginAsync } from 'fastify';
import { findPublishedAnnex } from '../../domain/annex-reads.js';
import { findPublicDocument } from '../../domain/document-reads.js';
import { notFound } from '../../errors.js';
import { isStorableText } from '../../plugins/text.js';
import { sendFile, servedFile } from '../files.js';

/** Files that everybody reads, beside `/api` (spec diffusion §10.4): published annexes, documents with an address. */
export const publicFileRoutes: FastifyPluginAsync = async (app) => {
  const { prisma, storage } = app.deps;

  app.get<{ Params: { technical_name: string; '*': string } }>('/annexes/:technical_name/*', async (request, reply) =>
    sendFile(request, reply, storage, async () => {
      const { technical_name: technicalName, '*': path } = request.params;
      const isReadable = isStorableText(technicalName) && isStorableText(path);
      const annex = isReadable ? await findPublishedAnnex(prisma, technicalName, `/${path}`) : null;
      if (annex === null) throw notFound('Annexe inconnue');
      return servedFile(annex);
    }),
  );

  app.get<{ Params: { public_name: string } }>('/documents/:public_name', async (request, reply) =>
    sendFile(request, reply, storage, async () => {
      const { public_name: publicName } = request.params;
      const document = isStorableText(publicName) ? await findPublicDocument(prisma, publicName) : null;
      if (document === null) throw notFound('Document inconnu');
      return servedFile(document);
    }),
  );
};
