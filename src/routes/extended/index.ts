import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { annexLists, annexReads } from './annexes.js';
import { checkExecutionReads } from './check-executions.js';
import { configurationLists, configurationReads } from './configurations.js';
import { endpointLists } from './endpoints.js';
import { executionLists, executionReads } from './executions.js';
import { type Level, ORGANIZATION, PLATFORM } from './level.js';
import { metadataReads } from './metadata.js';
import { offeringLists, offeringReads } from './offerings.js';
import { permissionLists, permissionReads } from './permissions.js';
import { staticLists, staticReads } from './statics.js';
import { storedDataLists, storedDataReads } from './stored-data.js';
import { uploadLists, uploadReads } from './uploads.js';

/** The entities of all the datastores of an organization, below `/organizations/:organization`. */
export const organizationEntityRoutes: FastifyPluginAsyncTypebox = async (app) => {
  await app.register(lists, { level: ORGANIZATION });
  await app.register(endpointLists);
};

/** The entities of all datastores, below `/administrator`. */
export const platformEntityRoutes: FastifyPluginAsyncTypebox = async (app) => {
  await app.register(lists, { level: PLATFORM });
  await app.register(uploadReads);
  await app.register(storedDataReads);
  await app.register(configurationReads);
  await app.register(offeringReads);
  await app.register(permissionReads);
  await app.register(staticReads);
  await app.register(annexReads);
  await app.register(metadataReads);
  await app.register(executionReads);
  await app.register(checkExecutionReads);
};

const lists: FastifyPluginAsyncTypebox<{ level: Level }> = async (app, options) => {
  await app.register(uploadLists, options);
  await app.register(storedDataLists, options);
  await app.register(configurationLists, options);
  await app.register(offeringLists, options);
  await app.register(permissionLists, options);
  await app.register(staticLists, options);
  await app.register(annexLists, options);
  await app.register(executionLists, options);
};
