import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { type Level, ORGANIZATION, PLATFORM } from './level.js';
import { metadataReads } from './metadata.js';
import { staticLists, staticReads } from './statics.js';

/** The entities of all the datastores of an organization, below `/organizations/:organization`. */
export const organizationEntityRoutes: FastifyPluginAsyncTypebox = async (app) => {
  await app.register(lists, { level: ORGANIZATION });
};

/** The entities of all datastores, below `/administrator`. */
export const platformEntityRoutes: FastifyPluginAsyncTypebox = async (app) => {
  await app.register(lists, { level: PLATFORM });
  await app.register(staticReads);
  await app.register(metadataReads);
};

const lists: FastifyPluginAsyncTypebox<{ level: Level }> = async (app, options) => {
  await app.register(staticLists, options);
};
