import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { projectRoot } from '../../src/supervisor/paths.js';

/** The committed OpenAPI document. */
export const openapiFile = join(projectRoot(), 'docs', 'openapi.json');

/** The document of the code, as it is committed. */
export async function openapiText(app: FastifyInstance): Promise<string> {
  const answer = await app.inject({ url: '/api/v3/api-docs' });
  return `${JSON.stringify(answer.json(), null, 1)}\n`;
}
