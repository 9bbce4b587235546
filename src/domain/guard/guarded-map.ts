import type { KeyRights } from './key-rights.js';

/**
 * Publications by name, for whoever may not use all of them: every name is known, so that services tell what does not
 * exist from what is refused; what is refused is not handed out, and is in no list.
 */
export class GuardedMap<Value extends { readonly offering: string }> implements ReadonlyMap<string, Value> {
  constructor(
    private readonly all: ReadonlyMap<string, Value>,
    private readonly rights: KeyRights,
  ) {}

  /** Whether anything has the name, allowed or not. */
  has(name: string): boolean {
    return this.all.has(name);
  }

  /** @throws AccessRefusal for what the key may not use */
  get(name: string): Value | undefined {
    const value = this.all.get(name);
    if (value !== undefined) this.rights.assertAllows([value.offering]);
    return value;
  }

  private allowed(): [string, Value][] {
    return [...this.all].filter(([, { offering }]) => this.rights.allows(offering));
  }

  get size(): number {
    return this.allowed().length;
  }

  *entries(): MapIterator<[string, Value]> {
    yield* this.allowed();
  }

  *keys(): MapIterator<string> {
    for (const [name] of this.allowed()) yield name;
  }

  *values(): MapIterator<Value> {
    for (const [, value] of this.allowed()) yield value;
  }

  [Symbol.iterator](): MapIterator<[string, Value]> {
    return this.entries();
  }

  forEach(each: (value: Value, name: string, map: ReadonlyMap<string, Value>) => void): void {
    for (const [name, value] of this.allowed()) each(value, name, this);
  }
}

/** What a key may use of a list, looked for when it is first asked for: most requests name what they want. */
export function allowedOf<T extends { readonly offering: string }>(
  all: readonly T[],
  rights: KeyRights,
): () => readonly T[] {
  let allowed: readonly T[] | null = null;
  return () => (allowed ??= all.filter(({ offering }) => rights.allows(offering)));
}
