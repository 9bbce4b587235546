/**
 * Parameters of a GET request (OWS Common 1.1 §11.5.3): names without regard to case, values as they are.
 */

/** Raised for a parameter given several times with different values. */
export class RepeatedParameterError extends Error {
  constructor(
    /** The name, in lower case. */
    readonly parameter: string,
    values: readonly string[],
  ) {
    super(`Single value expected for request parameter ${parameter} but instead found: [${values.join(', ')}]`);
    this.name = 'RepeatedParameterError';
  }
}

/** Parameters by lower-case name. An empty value counts as absent, except through {@link Kvp.has}. */
export class Kvp {
  private constructor(private readonly values: ReadonlyMap<string, string>) {}

  /**
   * Reads the part of a URL after `?`. The same value given twice is one value.
   * @throws RepeatedParameterError
   */
  static parse(query: string): Kvp {
    const values = new Map<string, string>();
    for (const [name, value] of new URLSearchParams(query)) {
      const key = name.toLowerCase();
      const known = values.get(key);
      if (known !== undefined && known !== value) throw new RepeatedParameterError(key, [known, value]);
      values.set(key, value);
    }
    return new Kvp(values);
  }

  /** Whether the parameter is there, be it empty. */
  has(name: string): boolean {
    return this.values.has(name.toLowerCase());
  }

  /** The trimmed value, or `undefined` when absent or blank. */
  get(name: string): string | undefined {
    const value = this.values.get(name.toLowerCase())?.trim();
    return value === '' ? undefined : value;
  }

  /** The first of these parameters that has a value: newer spelling first. */
  first(...names: readonly string[]): string | undefined {
    for (const name of names) {
      const value = this.get(name);
      if (value !== undefined) return value;
    }
    return undefined;
  }

  /** Every parameter, names in lower case, in the order of the request. */
  entries(): IterableIterator<[string, string]> {
    return this.values.entries();
  }
}

/** A comma list, trimmed, empty items dropped. */
export function splitList(value: string | undefined): string[] {
  return (value ?? '')
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
}
