import fp from 'fastify-plugin';
import {
  type Fidelity,
  type PlatformOperation,
  PLATFORM_OPERATIONS,
  PUBLIC_FILE_OPERATIONS,
} from '../catalogue/operations.js';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** How well the operation of the platform that the route imitates is known, and from where. */
    fidelity?: { readonly label: Fidelity; readonly source: string };
  }
}

/** Header of every answer of the API: how well the behaviour imitated is known. */
const HEADER = 'X-Emulator-Fidelity';

/**
 * Labels the routes of its scope with what `catalogue/operations.ts` says of them, and their answers with a header.
 * A route that the platform does not have stops the start: below `/api` there is nothing of our own.
 * Routes that documentation pages need (`schema.hide`) are not operations and have no label.
 */
export const fidelityPlugin = fp(
  async (app) => {
    app.addHook('onRoute', (route) => {
      const method = String([route.method].flat()[0]);
      const imitated = method === 'HEAD' ? 'GET' : method;
      const known = KNOWN.get(shape(imitated, route.url.slice(app.prefix.length)));
      if (known !== undefined) {
        const [, , label, source] = known;
        route.config = { ...route.config, fidelity: { label, source } };
      } else if (route.schema?.hide !== true && !isImplied(route.method)) {
        throw new Error(
          `${String(route.method)} ${route.url} is no operation of the platform (catalogue/operations.ts)`,
        );
      }
    });
    app.addHook('onRequest', async (request, reply) => {
      const label = request.routeOptions.config.fidelity?.label;
      if (label !== undefined) reply.header(HEADER, label);
    });
  },
  { name: 'fidelity', fastify: '5.x' },
);

const KNOWN = new Map<string, PlatformOperation>(
  [...PLATFORM_OPERATIONS, ...PUBLIC_FILE_OPERATIONS].map((operation) => [
    shape(operation[0], operation[1]),
    operation,
  ]),
);

/** Method and path without the names of the parameters: `GET /datastores/?/uploads`. */
function shape(method: string, path: string): string {
  return `${method} ${path.replaceAll(/\{\w+\}|:\w+|\*/g, '?').replace(/(.)\/$/, '$1')}`;
}

/** HEAD and OPTIONS come with GET and CORS. */
function isImplied(method: string | string[]): boolean {
  return [method].flat().every((one) => one === 'HEAD' || one === 'OPTIONS');
}
