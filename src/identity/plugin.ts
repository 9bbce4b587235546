import type { FastifyReply, FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import { accountRoutes } from './browser/account.js';
import { type HandOver, authorizationRoutes } from './browser/authorize.js';
import { federationRoutes } from './browser/federation.js';
import { frameRoutes } from './browser/frames.js';
import { loginRoutes } from './browser/login.js';
import { logoutRoutes } from './browser/logout.js';
import { REALM_PATH } from './paths.js';

/** Forms of people and of logouts are small; identity tokens are the largest part of them. */
const FORM_LIMIT = 64 * 1024;

/**
 * Mounts the identity provider on the main port, below {@link REALM_PATH}. The library reads its own
 * bodies: the content type parsers of this scope leave the stream alone. The pages for people are ours,
 * and read forms.
 */
export const identityPlugin = fp(
  async (app) => {
    const { identity } = app.deps;
    const handOver: HandOver = (request, reply, url) => {
      reply.hijack();
      identity.rememberAddress(request.raw, request.ip);
      // The library makes addresses of this header, and fails on one that is no host.
      request.raw.headers.host = new URL(request.origin).host;
      // Connect's convention: the library finds its mount path by comparing the two.
      Object.assign(request.raw, { originalUrl: url, url: url.slice(REALM_PATH.length) });
      void identity.handle(request.raw, reply.raw);
    };

    await app.register(async (scope) => {
      scope.removeAllContentTypeParsers();
      scope.addContentTypeParser('*', (_request, _payload, done) => done(null));
      scope.all(`${REALM_PATH}/*`, (request: FastifyRequest, reply: FastifyReply) =>
        handOver(request, reply, request.raw.url ?? REALM_PATH),
      );
      scope.get(REALM_PATH, async () => identity.realm);
      scope.all('/realms/*', async (_request, reply) => reply.code(404).send({ error: 'Realm does not exist' }));
    });

    await app.register(async (pages) => {
      pages.removeAllContentTypeParsers();
      pages.addContentTypeParser(
        'application/x-www-form-urlencoded',
        { parseAs: 'string', bodyLimit: FORM_LIMIT },
        (_request, text, done) => done(null, new URLSearchParams(text.toString())),
      );
      authorizationRoutes(pages, (request, reply, url) => {
        // A form was read: what it said is in the URL.
        request.raw.method = 'GET';
        handOver(request, reply, url);
      });
      loginRoutes(pages, identity.browser);
      federationRoutes(pages, identity.browser);
      logoutRoutes(pages, identity.browser);
      accountRoutes(pages, identity.browser);
      frameRoutes(pages, identity.browser);
    });
  },
  { name: 'identity', fastify: '5.x', dependencies: ['deps', 'origin'] },
);
