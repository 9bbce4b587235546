/** NUL, or half of a surrogate pair: neither can be kept in PostgreSQL. */
const UNSTORABLE = /\0|\p{Surrogate}/u;

/** Whether a text that a client sent can be kept and compared. */
export function isStorableText(text: string): boolean {
  return !UNSTORABLE.test(text);
}
