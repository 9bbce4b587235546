import cors from '@fastify/cors';
import multipart from '@fastify/multipart';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import Fastify, { type FastifyBaseLogger, type FastifyInstance, type FastifyPluginAsync, LogController } from 'fastify';
import type { ServerDeps } from './deps.js';
import { identityPlugin } from './identity/plugin.js';
import { authPlugin } from './plugins/auth.js';
import { bodiesPlugin } from './plugins/bodies.js';
import { depsPlugin } from './plugins/deps.js';
import { answerUnreadableRequest, answerUnreadableUrl, errorHandlerPlugin } from './plugins/error-handler.js';
import { fidelityPlugin } from './plugins/fidelity.js';
import { identifiersPlugin } from './plugins/identifiers.js';
import { openapiPlugin } from './plugins/openapi.js';
import { originPlugin } from './plugins/origin.js';
import { queuedAnswersPlugin } from './plugins/queued-answers.js';
import { requestLogPlugin } from './plugins/request-log.js';
import { trafficPlugin } from './plugins/traffic.js';
import { compileValidator } from './plugins/validation.js';
import { annexRoutes } from './routes/annexes/index.js';
import { catalogueRoutes } from './routes/catalogue/index.js';
import { catalogRoutes } from './routes/catalogs/index.js';
import { activityRoutes } from './routes/activity/index.js';
import { administratorRoutes } from './routes/administrator/index.js';
import { checkRoutes } from './routes/checks/index.js';
import { commonFileRoutes } from './routes/common-files/index.js';
import { communityRoutes } from './routes/communities/index.js';
import { communityClientRoutes } from './routes/communities/clients.js';
import { configurationRoutes } from './routes/configurations/index.js';
import { datastoreRoutes } from './routes/datastores/index.js';
import { documentRoutes } from './routes/documents/index.js';
import { emulatorRoutes } from './routes/emulator/index.js';
import { organizationEntityRoutes, platformEntityRoutes } from './routes/extended/index.js';
import { metadataRoutes } from './routes/metadata/index.js';
import { offeringRoutes } from './routes/offerings/index.js';
import { serviceRoutes } from './routes/ogc/index.js';
import { organizationRoutes } from './routes/organizations/index.js';
import { accessRoutes } from './routes/keys/accesses.js';
import { keyRoutes } from './routes/keys/index.js';
import { permissionRoutes } from './routes/permissions/index.js';
import { communityPermissionRoutes } from './routes/permissions/of-community.js';
import { userPermissionRoutes } from './routes/permissions/of-user.js';
import { processingRoutes } from './routes/processings/index.js';
import { statisticsRoutes } from './routes/statistics/index.js';
import { publicFileRoutes } from './routes/public-files/index.js';
import { staticRoutes } from './routes/statics/index.js';
import { storedDataRoutes } from './routes/stored-data/index.js';
import { uploadRoutes } from './routes/uploads/index.js';
import { userRoutes } from './routes/users/index.js';
import { visibleStoredDataRoutes } from './routes/users/stored-data.js';

/**
 * Builds the whole HTTP application; the server and the tests both call it, and only it.
 * @param observers plugins registered before everything else, so that their hooks see every request
 */
export async function buildApp(
  deps: ServerDeps,
  observers: readonly FastifyPluginAsync[] = [],
): Promise<FastifyInstance> {
  const app = Fastify({
    loggerInstance: deps.log as FastifyBaseLogger,
    // One line per answer is enough: see plugins/request-log.
    logController: new LogController({ disableRequestLogging: true }),
    trustProxy: deps.config.trustedProxies.length > 0 ? [...deps.config.trustedProxies] : false,
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: 500 },
    bodyLimit: 10 * 1024 * 1024,
    // Filters with a polygon travel in the query string: Node's 16 KiB would refuse them before any service speaks.
    http: { maxHeaderSize: 128 * 1024 },
    frameworkErrors: answerUnreadableUrl,
    clientErrorHandler: answerUnreadableRequest,
  }).withTypeProvider<TypeBoxTypeProvider>();
  app.setValidatorCompiler(compileValidator);

  for (const observer of observers) await app.register(observer);
  await app.register(depsPlugin, { deps });
  await app.register(queuedAnswersPlugin);
  await app.register(originPlugin);
  await app.register(requestLogPlugin);
  await app.register(errorHandlerPlugin);
  await app.register(bodiesPlugin);

  // The identity provider reads its own bodies and sets its own CORS headers.
  await app.register(identityPlugin);
  await app.register(emulatorRoutes, { prefix: '/_emulator' });

  await app.register(
    async (api) => {
      await api.register(multipart, { limits: { files: 1, fileSize: deps.config.uploadMaxFile } });
      await api.register(cors, {
        methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
        exposedHeaders: ['Content-Range', 'X-Emulator-Fidelity', 'X-Emulator-Warning'],
      });
      await api.register(fidelityPlugin);
      await api.register(openapiPlugin);
      await api.register(identifiersPlugin);
      await api.register(authPlugin);
      await api.register(userRoutes, { prefix: '/users' });
      await api.register(documentRoutes, { prefix: '/users/me/documents' });
      await api.register(communityRoutes, { prefix: '/communities' });
      await api.register(organizationRoutes, { prefix: '/organizations/:organization' });
      await api.register(catalogRoutes, { prefix: '/catalogs' });
      await api.register(commonFileRoutes, { prefix: '/statics' });
      await api.register(visibleStoredDataRoutes, { prefix: '/users/me/stored_data' });
      await api.register(keyRoutes, { prefix: '/users/me/keys' });
      await api.register(accessRoutes, { prefix: '/users/me' });
      await api.register(userPermissionRoutes, { prefix: '/users/me/permissions' });
      await api.register(datastoreRoutes);
      await api.register(uploadRoutes, { prefix: '/datastores/:datastore/uploads' });
      await api.register(checkRoutes, { prefix: '/datastores/:datastore/checks' });
      await api.register(processingRoutes, { prefix: '/datastores/:datastore/processings' });
      await api.register(storedDataRoutes, { prefix: '/datastores/:datastore/stored_data' });
      await api.register(staticRoutes, { prefix: '/datastores/:datastore/statics' });
      await api.register(metadataRoutes, { prefix: '/datastores/:datastore/metadata' });
      await api.register(configurationRoutes, { prefix: '/datastores/:datastore/configurations' });
      await api.register(offeringRoutes, { prefix: '/datastores/:datastore/offerings' });
      await api.register(permissionRoutes, { prefix: '/datastores/:datastore/permissions' });
      await api.register(communityPermissionRoutes, { prefix: '/communities/:community/permissions' });
      await api.register(communityClientRoutes, { prefix: '/communities/:community/clients' });
      await api.register(statisticsRoutes);
      await api.register(annexRoutes, { prefix: '/datastores/:datastore/annexes' });
      await api.register(organizationEntityRoutes, { prefix: '/organizations/:organization' });
      await api.register(administratorRoutes, { prefix: '/administrator' });
      await api.register(platformEntityRoutes, { prefix: '/administrator' });
      await api.register(activityRoutes);
    },
    { prefix: '/api' },
  );

  await app.register(async (services) => {
    await services.register(cors, {
      exposedHeaders: ['Accept-Ranges', 'Content-Length', 'Content-Range', 'ETag', 'Last-Modified'],
    });
    await services.register(trafficPlugin);
    await services.register(serviceRoutes);
    await services.register(catalogueRoutes, { prefix: '/catalogue' });
    await services.register(async (files) => {
      await files.register(fidelityPlugin);
      await files.register(publicFileRoutes);
    });
  });
  return app;
}
