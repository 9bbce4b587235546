/** NUL, or half of a surrogate pair: neither can be kept in PostgreSQL. */
const UNSTORABLE = /\0|\p{Surrogate}/u;

/** Whether a text that a client sent can be kept and compared. */
export function isStorableText(text: string): boolean {
  return !UNSTORABLE.test(text);
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** Whether a text is an identifier of the API. */
export function isUuid(text: string): boolean {
  return UUID.test(text);
}
