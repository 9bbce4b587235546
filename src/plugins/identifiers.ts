import fp from 'fastify-plugin';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/**
 * Identifiers of the path in lower case, as the registry writes them: keys of files, jobs and roles are made of them,
 * and they must not depend on how a client writes an identifier.
 */
export const identifiersPlugin = fp(
  async (app) => {
    app.addHook('onRequest', async (request) => {
      const params = request.params as Record<string, string>;
      for (const [name, value] of Object.entries(params)) {
        if (UUID.test(value)) params[name] = value.toLowerCase();
      }
    });
  },
  { name: 'identifiers', fastify: '5.x' },
);
