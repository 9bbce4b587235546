import type { FastifyReply, FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import { REALM_PATH } from './identity.js';
import { LOGIN_PATH } from './provider.js';

/**
 * Mounts the identity provider on the main port, below {@link REALM_PATH}. The provider reads its own
 * bodies: the content type parsers of this scope leave the stream alone.
 */
export const identityPlugin = fp(
  async (app) => {
    const { identity } = app.deps;
    await app.register(async (scope) => {
      scope.removeAllContentTypeParsers();
      scope.addContentTypeParser('*', (_request, _payload, done) => done(null));

      const handle = (request: FastifyRequest, reply: FastifyReply) => {
        reply.hijack();
        identity.rememberAddress(request.raw, request.ip);
        const { raw } = request;
        const original = raw.url ?? REALM_PATH;
        // Connect's convention: the library finds its mount path by comparing the two.
        Object.assign(raw, { originalUrl: original, url: original.slice(REALM_PATH.length) });
        void identity.handle(raw, reply.raw);
      };
      scope.all(`${REALM_PATH}/*`, handle);
      scope.get(REALM_PATH, async () => identity.realm);

      scope.get(`${REALM_PATH}${LOGIN_PATH}/*`, async (_request, reply) =>
        reply
          .code(501)
          .type('text/plain; charset=utf-8')
          .send('La connexion par navigateur n’est pas encore disponible.'),
      );
      scope.all('/realms/*', async (_request, reply) => reply.code(404).send({ error: 'Realm does not exist' }));
    });
  },
  { name: 'identity', fastify: '5.x', dependencies: ['deps'] },
);
