import type { FastifyInstance, FastifyPluginAsync, FastifyRequest } from 'fastify';
import { type HttpMethod, PLATFORM_OPERATIONS } from '../../catalogue/operations.js';
import { ApiError } from '../../errors.js';

/**
 * Operations that the platform has and the emulator does not yet: each answers 501, after the same
 * checks of token and rights as a built one. Register it last, with the routes that were built.
 */
export const unbuiltRoutes: FastifyPluginAsync<{ built: BuiltRoutes }> = async (app, { built }) => {
  for (const [method, path, right] of PLATFORM_OPERATIONS) {
    const url = path.replaceAll(/\{(\w+)\}/g, ':$1');
    if (built.has(method, url)) continue;
    app.route({ method, url, config: { right }, schema: { hide: true }, handler: refuse });
  }
};

/** What {@link watchRoutes} saw. */
export interface BuiltRoutes {
  has(method: HttpMethod, url: string): boolean;
}

/** Notes the routes registered in this scope from now on; names of path parameters do not count. */
export function watchRoutes(app: FastifyInstance): BuiltRoutes {
  const seen = new Set<string>();
  const shape = (url: string) => url.replaceAll(/:\w+/g, ':').replace(/(.)\/$/, '$1');
  app.addHook('onRoute', (route) => {
    for (const method of [route.method].flat()) seen.add(`${method} ${shape(route.url)}`);
  });
  return { has: (method, url) => seen.has(`${method} ${shape(`${app.prefix}${url}`)}`) };
}

async function refuse(request: FastifyRequest): Promise<never> {
  throw new ApiError(
    'not_implemented',
    `L'opération ${request.method} ${request.routeOptions.url} existe sur la plateforme mais l'émulateur ne la fait pas encore.`,
  );
}
