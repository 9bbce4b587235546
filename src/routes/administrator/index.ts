import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { administratorCheckRoutes } from './checks.js';
import { administratorCommunityRoutes } from './communities.js';
import { administratorDatastoreRoutes } from './datastores.js';
import { administratorEndpointRoutes } from './endpoints.js';
import { administratorNomenclatureRoutes } from './nomenclatures.js';
import { administratorOrganizationRoutes } from './organizations.js';
import { administratorProcessingRoutes } from './processings.js';
import { administratorStorageRoutes } from './storages.js';
import { administratorUserRoutes } from './users.js';

/** The platform itself, below `/administrator`; what its datastores hold is in routes/extended. */
export const administratorRoutes: FastifyPluginAsyncTypebox = async (app) => {
  await app.register(administratorCommunityRoutes, { prefix: '/communities' });
  await app.register(administratorDatastoreRoutes, { prefix: '/datastores' });
  await app.register(administratorStorageRoutes, { prefix: '/storages' });
  await app.register(administratorEndpointRoutes, { prefix: '/endpoints' });
  await app.register(administratorCheckRoutes, { prefix: '/checks' });
  await app.register(administratorProcessingRoutes, { prefix: '/processings' });
  await app.register(administratorOrganizationRoutes, { prefix: '/organizations' });
  await app.register(administratorNomenclatureRoutes, { prefix: '/nomenclatures' });
  await app.register(administratorUserRoutes, { prefix: '/users' });
};
