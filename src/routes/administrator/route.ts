import type { FastifySchema } from 'fastify';

/** What every route of the section has, beside its own schema. */
export function administratorRoute<const Schema extends FastifySchema>(schema: Schema) {
  return {
    config: { right: 'administrator' },
    schema: { tags: ['Accès administrateur'], ...schema },
  } as const;
}
