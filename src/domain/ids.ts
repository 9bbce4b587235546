/** Identifiers of a body as the registry writes them: in lower case, each once, in the order given. */
export function distinctIds(ids: readonly string[]): string[] {
  return [...new Set(ids.map((id) => id.toLowerCase()))];
}
