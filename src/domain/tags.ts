import { badRequest } from '../errors.js';
import { Prisma } from '../generated/prisma/client.js';
import type { Db } from './database.js';

/** Entities that carry tags (lifecycle.md §1.3): an object of strings. */
export type TaggedEntity = 'upload' | 'stored_data' | 'configuration' | 'metadata';

const MAX_KEY_LENGTH = 255;

/**
 * Tags as they are kept: clients send numbers and booleans, they become strings.
 * @throws ApiError bad_request for an empty key or a value that is neither string, number nor boolean
 */
export function normaliseTags(tags: Readonly<Record<string, unknown>>): Record<string, string> {
  const faults: string[] = [];
  const entries = Object.entries(tags).map(([key, value]) => {
    if (key.trim() === '' || key.length > MAX_KEY_LENGTH) {
      faults.push(`Une clé de tag doit compter de 1 à ${MAX_KEY_LENGTH} caractères.`);
    }
    if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean') {
      faults.push(`La valeur du tag "${key}" doit être une chaîne de caractères.`);
    }
    return [key, String(value)] as const;
  });
  if (faults.length > 0) throw badRequest(...new Set(faults));
  return Object.fromEntries(entries);
}

/** Adds tags, and replaces those of the same key; atomic. */
export async function addTags(
  db: Db,
  entity: TaggedEntity,
  id: string,
  tags: Readonly<Record<string, string>>,
): Promise<void> {
  await db.$executeRaw`
    UPDATE ${Prisma.raw(`geopf.${entity}`)} SET tags = tags || ${JSON.stringify(tags)}::jsonb WHERE id = ${id}::uuid`;
}

/** Removes tags by key; unknown keys are no error. */
export async function removeTags(db: Db, entity: TaggedEntity, id: string, keys: readonly string[]): Promise<void> {
  await db.$executeRaw`
    UPDATE ${Prisma.raw(`geopf.${entity}`)} SET tags = tags - ${[...keys]}::text[] WHERE id = ${id}::uuid`;
}
