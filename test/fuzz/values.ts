import fc from 'fast-check';

/** JSON Schema, as far as the OpenAPI document uses it. */
export interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly format?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | Schema;
  readonly patternProperties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
  readonly minimum?: number;
  readonly maximum?: number;
}

/** What generators know beside the schema. */
export interface Surroundings {
  readonly components: Readonly<Record<string, Schema>>;
  /** Identifiers of entities that exist. */
  readonly ids: readonly string[];
}

/** Texts that servers stumble over. */
const HOSTILE_TEXTS = [
  '',
  ' ',
  '\u0000',
  'a\u0000b',
  '\ud800',
  '%',
  '%%%_\\',
  "'; DROP TABLE geopf.upload; --",
  '../../../../etc/passwd',
  '/absolute',
  'a\\b',
  '$(id)',
  '${7*7}',
  '<script>alert(1)</script>',
  '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>',
  '__proto__',
  'constructor',
  'NaN',
  '-0',
  '1e400',
  '9007199254740993',
  '0001-01-01T00:00:00Z',
  '-271821-04-20T00:00:00Z',
  '2026-02-30',
  '٣',
  '👩‍👩‍👧',
  'x'.repeat(70_000),
  '00000000-0000-0000-0000-000000000000',
  'AE012611-13EB-4A18-8D04-9B7604A031CC',
];

const DEEP: unknown = JSON.parse(`${'['.repeat(2000)}${']'.repeat(2000)}`);

/** A text that may be anything. */
export const hostileText: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(...HOSTILE_TEXTS),
  fc.string({ unit: 'binary', maxLength: 50 }),
  fc.string({ unit: 'grapheme', maxLength: 300 }),
);

/** A JSON value of a type that nobody expects there. */
const hostileValue: fc.Arbitrary<unknown> = fc.oneof(
  hostileText,
  fc.constantFrom<unknown>(
    null,
    true,
    false,
    0,
    -1,
    0.5,
    2 ** 31,
    2 ** 53,
    -(2 ** 63),
    1e308,
    [],
    {},
    [null],
    [[]],
    DEEP,
  ),
  fc.constant<unknown>(JSON.parse('{"__proto__":{"a":1},"constructor":1,"toString":null}')),
  fc.jsonValue({ maxDepth: 3 }),
);

/** A value that mostly fits the schema: now and then a member is missing, wrong or too many. */
export function valueOf(schema: Schema, around: Surroundings, depth = 0): fc.Arbitrary<unknown> {
  const fitting = fittingValue(schema, around, depth);
  return fc.oneof({ weight: 40, arbitrary: fitting }, { weight: 1, arbitrary: hostileValue });
}

function fittingValue(schema: Schema, around: Surroundings, depth: number): fc.Arbitrary<unknown> {
  if (depth > 6) return fc.constant(null);
  const next = (inner: Schema) => valueOf(inner, around, depth + 1);
  if (schema.$ref !== undefined) {
    const target = around.components[schema.$ref.split('/').at(-1) ?? ''];
    return target === undefined ? hostileValue : fittingValue(target, around, depth);
  }
  if (schema.const !== undefined) return fc.constant(schema.const);
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum);
  const branches = schema.anyOf ?? schema.oneOf;
  if (branches !== undefined) return fc.oneof(...branches.map((branch) => fittingValue(branch, around, depth)));
  if (schema.allOf !== undefined) {
    return fc
      .tuple(...schema.allOf.map((part) => fittingValue(part, around, depth)))
      .map((parts) => Object.assign({}, ...parts) as unknown);
  }
  switch ([schema.type ?? 'any'].flat()[0]) {
    case 'object':
      return objectOf(schema, next);
    case 'array':
      return fc.array(next(schema.items ?? {}), { maxLength: 4 });
    case 'string':
      return textOf(schema, around);
    case 'integer':
      return fc.integer({ min: schema.minimum ?? -5, max: schema.maximum ?? 1000 });
    case 'number':
      return fc.double({ min: schema.minimum ?? -1000, max: schema.maximum ?? 1000, noNaN: true });
    case 'boolean':
      return fc.boolean();
    case 'null':
      return fc.constant(null);
    default:
      return hostileValue;
  }
}

function objectOf(schema: Schema, next: (inner: Schema) => fc.Arbitrary<unknown>): fc.Arbitrary<object> {
  const properties = Object.entries(schema.properties ?? {});
  if (properties.length === 0) {
    return fc.dictionary(fc.string({ unit: 'grapheme', maxLength: 12 }), hostileValue, { maxKeys: 4 });
  }
  const required = new Set(schema.required ?? []);
  const members = fc.record(Object.fromEntries(properties.map(([name, inner]) => [name, next(inner)])), {
    requiredKeys: properties.map(([name]) => name).filter((name) => required.has(name)),
  });
  const without = fc
    .tuple(members, fc.constantFrom(...properties.map(([name]) => name)))
    .map(([object, name]) => Object.fromEntries(Object.entries(object).filter(([key]) => key !== name)));
  const withMore = fc
    .tuple(members, hostileText, hostileValue)
    .map(([object, name, value]) => ({ ...object, [name]: value }));
  return fc.oneof(
    { weight: 25, arbitrary: members },
    { weight: 1, arbitrary: without },
    { weight: 1, arbitrary: withMore },
  );
}

function textOf(schema: Schema, { ids }: Surroundings): fc.Arbitrary<string> {
  switch (schema.format) {
    case 'uuid':
      return fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...ids) }, { weight: 1, arbitrary: fc.uuid() });
    case 'date-time':
      return fc.date({ noInvalidDate: true }).map((date) => date.toISOString());
    default:
      return fc.oneof(
        fc.string({ unit: 'grapheme', minLength: 1, maxLength: 30 }),
        fc.constantFrom('EPSG:2154', 'communes', 'contact@example.org', 'https://example.org/a', '2026-05-01'),
      );
  }
}
