import type { FastifyInstance, FastifyPluginAsync } from 'fastify';
import { createGuard } from '../../domain/guard/guard.js';
import { openVisit } from '../../domain/guard/visit.js';
import { guardPlugin, visitOf } from '../../plugins/guard.js';
import { RateLimiter, rateLimitPlugin } from '../../plugins/rate-limit.js';
import { altimetryRoutes } from './altimetrie.js';
import { cswRoutes } from './csw.js';
import type { ServicePlugin } from './service.js';
import { downloadRoutes } from './telechargement.js';
import { tmsRoutes } from './tms.js';
import { vectorTmsRoutes } from './vector-tms.js';
import { wfsRoutes } from './wfs.js';
import { wmsRasterRoutes } from './wms-r.js';
import { wmsVectorRoutes } from './wms-v.js';
import { wmtsRoutes } from './wmts.js';

/** Where a service is mounted, and the path of the endpoint that it shows there. */
interface Mount {
  readonly prefix: string;
  readonly endpointPath: string;
}

interface Service {
  readonly routes: ServicePlugin;
  /** To everybody. */
  readonly open: readonly Mount[];
  /** To keys. */
  readonly restricted: readonly Mount[];
  /** Requests a second that the platform takes from one address (spec diffusion §10.6). */
  readonly rate?: number;
}

/** Services that publish layers (spec diffusion §1); WMTS and TMS show the same endpoint. */
const SERVICES: readonly Service[] = [
  {
    routes: wfsRoutes,
    open: [
      { prefix: '/wfs', endpointPath: '/wfs' },
      { prefix: '/sandbox/wfs', endpointPath: '/sandbox/wfs' },
    ],
    restricted: [{ prefix: '/private/wfs', endpointPath: '/private/wfs/' }],
    rate: 30,
  },
  {
    routes: wmsVectorRoutes,
    open: [
      { prefix: '/wms-v', endpointPath: '/wms-v' },
      { prefix: '/sandbox/wms-v', endpointPath: '/sandbox/wms-v' },
    ],
    restricted: [{ prefix: '/private/wms-v', endpointPath: '/private/wms-v/' }],
    rate: 50,
  },
  {
    routes: wmsRasterRoutes,
    open: [
      { prefix: '/wms-r', endpointPath: '/wms-r' },
      { prefix: '/sandbox/wms-r', endpointPath: '/sandbox/wms-r' },
    ],
    restricted: [{ prefix: '/private/wms-r', endpointPath: '/private/wms-r/' }],
    rate: 40,
  },
  {
    routes: wmtsRoutes,
    open: [
      { prefix: '/wmts', endpointPath: '/wmts' },
      { prefix: '/sandbox/wmts', endpointPath: '/sandbox/wmts' },
    ],
    restricted: [{ prefix: '/private/wmts', endpointPath: '/private/wmts/' }],
  },
  {
    routes: tmsRoutes,
    open: [
      { prefix: '/tms', endpointPath: '/wmts' },
      { prefix: '/sandbox/tms', endpointPath: '/sandbox/wmts' },
    ],
    restricted: [{ prefix: '/private/tms', endpointPath: '/private/wmts/' }],
  },
  {
    routes: altimetryRoutes,
    open: [{ prefix: '/altimetrie', endpointPath: '/altimetrie' }],
    restricted: [{ prefix: '/private/altimetrie', endpointPath: '/private/altimetrie' }],
    rate: 5,
  },
  {
    routes: downloadRoutes,
    open: [{ prefix: '/telechargement', endpointPath: '/telechargement/' }],
    restricted: [{ prefix: '/private/telechargement', endpointPath: '/private/telechargement/' }],
    rate: 10,
  },
  {
    routes: downloadRoutes,
    open: [{ prefix: '/chunk/telechargement', endpointPath: '/chunk/telechargement' }],
    restricted: [],
    rate: 200,
  },
];

/** Every service that answers by a protocol of its own. */
export const serviceRoutes: FastifyPluginAsync = async (app) => {
  // Producers write what answers hold: browsers take it for what it is said to be.
  app.addHook('onRequest', (_request, reply, done) => {
    reply.header('x-content-type-options', 'nosniff');
    done();
  });
  const guard = createGuard(app.deps);
  for (const { routes, open, restricted, rate } of SERVICES) {
    await app.register(async (service) => {
      await limit(service, rate);
      for (const { prefix, endpointPath } of open) {
        const visit = openVisit(endpointPath);
        await service.register(routes, { prefix, visitOf: () => visit });
      }
      for (const { prefix, endpointPath } of restricted) {
        await service.register(async (guarded) => {
          await guarded.register(guardPlugin, { guard, endpointPath });
          await guarded.register(routes, { prefix, visitOf });
        });
      }
    });
  }
  await app.register(async (service) => {
    await limit(service, 400);
    await service.register(vectorTmsRoutes);
  });
  await app.register(async (service) => {
    await limit(service, 15);
    await service.register(cswRoutes);
  });
};

async function limit(service: FastifyInstance, rate: number | undefined): Promise<void> {
  if (rate === undefined || !service.deps.config.rateLimits) return;
  await service.register(rateLimitPlugin, { limiter: new RateLimiter(rate) });
}
