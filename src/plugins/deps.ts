import fp from 'fastify-plugin';
import type { ServerDeps } from '../deps.js';

declare module 'fastify' {
  interface FastifyInstance {
    readonly deps: ServerDeps;
  }
}

/** Brings what domain functions need to the routes, as `app.deps`. */
export const depsPlugin = fp<{ deps: ServerDeps }>(
  async (app, { deps }) => {
    app.decorate('deps', deps);
  },
  { name: 'deps', fastify: '5.x' },
);
