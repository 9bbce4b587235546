import type { Db } from './database.js';

/**
 * What a producer must see although the request succeeded (architecture §5): kept by entity, where
 * `GET /_emulator/warnings?entity=` finds it, and named in a header of the answer.
 */

/** Longest header value: proxies and clients refuse much more. */
const MAX_HEADER_LENGTH = 1000;

/** Replaces the warnings of an entity. */
export async function replaceWarnings(db: Db, entityId: string, sentences: readonly string[]): Promise<void> {
  await db.warning.deleteMany({ where: { entityId } });
  await db.warning.createMany({ data: sentences.map((text) => ({ entityId, text })) });
}

/** The warnings of an entity, oldest first. */
export async function listWarnings(db: Db, entityId: string): Promise<{ text: string; creation: Date }[]> {
  return db.warning.findMany({ where: { entityId }, orderBy: { id: 'asc' }, select: { text: true, creation: true } });
}

/** The sentences as a header value: headers carry ASCII, so accents are dropped; cut with "..." when too long. */
export function warningHeader(sentences: readonly string[]): string {
  const text = sentences
    .join(' ')
    .replaceAll(/[’‘]/g, "'")
    .replaceAll('œ', 'oe')
    .replaceAll('Œ', 'Oe')
    .replaceAll(/[«»“”]\s?|\s?»/g, '"')
    .normalize('NFKD')
    .replaceAll(/\p{Diacritic}/gu, '')
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/[^ -~]/g, '?');
  return text.length <= MAX_HEADER_LENGTH ? text : `${text.slice(0, MAX_HEADER_LENGTH - 3)}...`;
}
