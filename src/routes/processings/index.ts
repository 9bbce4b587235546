import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { processingCatalogueRoutes } from './catalogue.js';
import { executionRoutes } from './executions.js';

/** Processings: the catalogue, and the executions. */
export const processingRoutes: FastifyPluginAsyncTypebox = async (app) => {
  await app.register(processingCatalogueRoutes);
  await app.register(executionRoutes, { prefix: '/executions' });
};
