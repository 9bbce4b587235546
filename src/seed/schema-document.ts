import { SeedSchema } from './schema.js';

/**
 * The JSON Schema of seed files, as published in docs/seed.schema.json: what an author must write, so
 * members with a default are optional there.
 */
export function seedSchemaDocument(): string {
  const document = { $schema: 'https://json-schema.org/draft/2020-12/schema', ...relaxed(SeedSchema) };
  return `${JSON.stringify(document, null, 2)}\n`;
}

type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json };
type JsonObject = { readonly [name: string]: Json };

function relaxed(schema: object): JsonObject {
  return relax(JSON.parse(JSON.stringify(schema)) as Json) as JsonObject;
}

function relax(value: Json): Json {
  if (Array.isArray(value)) return value.map(relax);
  if (typeof value !== 'object' || value === null) return value;
  const node = value as JsonObject;
  const members = Object.entries(node).map(([name, member]) => [name, relax(member)] as const);
  if (!Array.isArray(node.required)) return Object.fromEntries(members);
  const properties = (node.properties ?? {}) as Record<string, JsonObject>;
  const required = (node.required as string[]).filter((name) => properties[name]?.default === undefined);
  return { ...Object.fromEntries(members), required };
}
