import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { getMetadata } from '../../domain/metadata-reads.js';
import { presentMetadata } from '../metadata/present.js';
import { MetadataDetail } from '../metadata/schema.js';
import { answers, Uuid } from '../schemas.js';
import { PLATFORM, presentInPlace, WHOLE_PLATFORM, withPlace } from './level.js';

/** `GET /administrator/metadata/:metadata`; the platform has no list of them. */
export const metadataReads: FastifyPluginAsyncTypebox = async (app) => {
  app.get(
    '/metadata/:metadata',
    {
      config: { right: PLATFORM.right },
      schema: {
        tags: [PLATFORM.tag],
        operationId: 'getPlatformMetadata',
        summary: 'Lire une métadonnée de la plateforme',
        params: Type.Object({ metadata: Uuid }),
        response: answers({ 200: withPlace(MetadataDetail, 'MetadataExtendedResponseDto') }, 400, 401, 403, 404),
      },
    },
    async (request) => {
      const metadata = await getMetadata(app.deps.prisma, WHOLE_PLATFORM, request.params.metadata);
      return presentInPlace(presentMetadata(metadata), metadata.datastore);
    },
  );
};
