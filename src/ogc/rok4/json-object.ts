interface NumberRule {
  readonly required?: boolean;
  readonly integer?: boolean;
  readonly min?: number;
  readonly max?: number;
}

/** NUL and halves of surrogate pairs, which the registry cannot keep. */
const UNKEEPABLE = /\0|\p{Surrogate}/u;
/** These and other control characters. */
const UNPRINTABLE = /\p{Cc}|\p{Surrogate}/u;

/** As {@link UNPRINTABLE}, for texts that may have lines. */
const UNPRINTABLE_IN_LINES = /(?![\t\n\r])\p{Cc}|\p{Surrogate}/u;

/** An object of a JSON document whose members are read one by one; faults are gathered with their path, in French. */
export class JsonObject {
  constructor(
    private readonly value: Readonly<Record<string, unknown>>,
    private readonly path: string,
    private readonly faults: string[],
  ) {}

  has(name: string): boolean {
    return Object.hasOwn(this.value, name);
  }

  /** Adds a fault about a member: « palette.max_value doit… ». */
  fault(name: string, what: string): undefined {
    this.faults.push(`"${this.path}${name}" ${what}`);
    return undefined;
  }

  text(name: string, { required = false } = {}): string | undefined {
    const value = this.member(name, required);
    if (value === undefined) return undefined;
    if (typeof value !== 'string') return this.fault(name, 'doit être une chaîne de caractères');
    if (required && value.trim() === '') return this.fault(name, 'ne doit pas être vide');
    if ((required ? UNPRINTABLE : UNPRINTABLE_IN_LINES).test(value)) {
      return this.fault(name, 'contient un caractère de contrôle');
    }
    return value;
  }

  number(name: string, { required = false, integer = false, min, max }: NumberRule = {}): number | undefined {
    const value = this.member(name, required);
    if (value === undefined) return undefined;
    const isRight = typeof value === 'number' && Number.isFinite(value) && (!integer || Number.isInteger(value));
    if (!isRight) return this.fault(name, `doit être un nombre${integer ? ' entier' : ''}`);
    if (min !== undefined && value < min) return this.fault(name, `doit être supérieur ou égal à ${min}`);
    if (max !== undefined && value > max) return this.fault(name, `doit être inférieur ou égal à ${max}`);
    return value;
  }

  boolean(name: string): boolean | undefined {
    const value = this.member(name, false);
    if (value === undefined || typeof value === 'boolean') return value;
    return this.fault(name, 'doit être un booléen');
  }

  oneOf<T extends string>(name: string, values: readonly T[]): T | undefined {
    const value = this.member(name, false);
    if (value === undefined) return undefined;
    return (
      values.find((possible) => possible === value) ??
      this.fault(name, `doit être l'une des valeurs : ${values.join(', ')}`)
    );
  }

  /** A list whose items all pass; `items` says what they are: « des chaînes de caractères ». */
  list<T>(name: string, passes: (item: unknown) => item is T, items: string): readonly T[] | undefined {
    const value = this.member(name, false);
    if (value === undefined || (Array.isArray(value) && value.every(passes))) return value;
    return this.fault(name, `doit être une liste qui contient ${items}`);
  }

  /** The texts of a list. */
  texts(name: string): readonly string[] | undefined {
    const value = this.member(name, false);
    if (value === undefined) return undefined;
    if (Array.isArray(value) && value.every((item) => typeof item === 'string' && !UNKEEPABLE.test(item))) return value;
    return this.fault(name, 'doit être une liste qui contient des chaînes de caractères');
  }

  object(name: string): JsonObject | undefined {
    const value = this.member(name, false);
    return value === undefined ? undefined : this.nested(name, value);
  }

  /** The objects of a list. */
  objects(name: string): JsonObject[] {
    const value = this.member(name, false);
    if (value === undefined) return [];
    if (!Array.isArray(value)) {
      this.fault(name, 'doit être une liste');
      return [];
    }
    return value.flatMap((item, index) => this.nested(`${name}[${index}]`, item) ?? []);
  }

  private member(name: string, required: boolean): unknown {
    const value = this.has(name) ? this.value[name] : undefined;
    if (value === undefined && required) return this.fault(name, 'est obligatoire');
    return value;
  }

  private nested(name: string, value: unknown): JsonObject | undefined {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      return this.fault(name, 'doit être un objet');
    }
    return new JsonObject(value as Record<string, unknown>, `${this.path}${name}.`, this.faults);
  }
}
