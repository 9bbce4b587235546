import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { ServerDeps } from '../../deps.js';
import { ExposureDocument } from '../../domain/exposure/document.js';
import { readExposure } from '../../domain/exposure/exposure.js';
import { listWarnings } from '../../domain/warnings.js';
import { badRequest } from '../../errors.js';
import { applySeed } from '../../seed/apply.js';
import { loadSeed } from '../../seed/load.js';
import { SeedError, parseSeed } from '../../seed/parse.js';
import { resetToSeed } from '../../seed/reset.js';
import { projectRoot } from '../../supervisor/paths.js';
import { refuseForeignPages, requireToken } from './guard.js';
import { mailRoutes } from './mails.js';
import { readReadiness } from './readiness.js';
import {
  ExposureQuery,
  HealthResponse,
  ReadyResponse,
  VersionResponse,
  WarningsQuery,
  WarningsResponse,
} from './schema.js';

const SEED_MAX_BYTES = 5 * 1024 * 1024;

/**
 * The emulator's own control (architecture §5), below `/_emulator`: probes, which are open, then what
 * changes or shows the state, which asks for EMULATOR_TOKEN when there is one. No CORS.
 */
export const emulatorRoutes: FastifyPluginAsyncTypebox = async (app) => {
  const { deps } = app;
  const { seed } = await loadSeed(deps.config);
  const version = await readVersion();
  app.addHook('onRequest', async (request) => refuseForeignPages(request, deps.config));

  app.get('/health', { schema: { response: { 200: HealthResponse } } }, async () => ({ status: 'up' as const }));

  app.get('/ready', { schema: { response: { 200: ReadyResponse, 503: ReadyResponse } } }, async (_request, reply) => {
    const readiness = await readReadiness(deps);
    return reply.code(readiness.status === 'ready' ? 200 : 503).send(readiness);
  });

  app.get('/version', { schema: { response: { 200: VersionResponse } } }, async () => version);

  await app.register(async (control) => {
    control.addHook('onRequest', async (request) => requireToken(request, deps.config));
    // YAML has no settled media type, and curl sends its own: any is taken.
    control.removeAllContentTypeParsers();
    control.addContentTypeParser('*', { parseAs: 'string', bodyLimit: SEED_MAX_BYTES }, (_request, text, done) =>
      done(null, text),
    );

    await control.register(mailRoutes, { prefix: '/mails' });

    control.post('/reset', async (_request, reply) => {
      await deps.traffic.flush(); // what was served before belongs to what is forgotten
      await resetToSeed(deps, seed);
      return reply.code(204).send();
    });

    control.post('/seed', async (request, reply) => {
      await postSeed(deps, request.body);
      return reply.code(204).send();
    });

    control.get(
      '/exposure',
      { schema: { querystring: ExposureQuery, response: { 200: ExposureDocument } } },
      async (request) => readExposure(deps, (request.query as { datastore: string }).datastore),
    );

    control.get(
      '/warnings',
      { schema: { querystring: WarningsQuery, response: { 200: WarningsResponse } } },
      async (request) => {
        const { entity } = request.query as { entity: string };
        const warnings = await listWarnings(deps.prisma, entity);
        return warnings.map(({ text, creation }) => ({ text, creation: creation.toISOString() }));
      },
    );
  });
};

async function postSeed(deps: ServerDeps, body: unknown): Promise<void> {
  if (typeof body !== 'string' || body === '') throw badRequest('Un fichier de graines, YAML ou JSON, est attendu.');
  try {
    await applySeed(deps, parseSeed(body, { production: deps.config.production }));
  } catch (error) {
    if (error instanceof SeedError) throw badRequest(...error.faults);
    throw error;
  }
}

async function readVersion(): Promise<{ name: string; version: string; node: string }> {
  const text = await readFile(join(projectRoot(), 'package.json'), 'utf8');
  const { name, version } = JSON.parse(text) as { name: string; version: string };
  return { name, version, node: process.version };
}
