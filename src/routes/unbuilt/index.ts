import type { FastifyPluginAsync } from 'fastify';
import { UNBUILT_OPERATIONS } from '../../catalogue/unbuilt.js';
import { ApiError } from '../../errors.js';

/**
 * Operations that the platform has and the emulator does not: each answers 501, after the same checks of token and
 * rights as the others. Never an invented result.
 */
export const unbuiltRoutes: FastifyPluginAsync = async (app) => {
  for (const [method, path, right, reason] of UNBUILT_OPERATIONS) {
    app.route({
      method,
      url: path.replaceAll(/\{(\w+)\}/g, ':$1'),
      config: { right },
      schema: { hide: true },
      handler: async () => {
        throw new ApiError(
          'not_implemented',
          `L'opération ${method} ${path} existe sur la plateforme, pas ici. ${reason}`,
        );
      },
    });
  }
};
