/** Any JSON object of an OpenAPI document. */
type Json = Record<string, unknown>;

/**
 * Moves the schemas that have a `title` into `components.schemas` under it, and leaves references: the
 * document names its objects as the platform does, and says each once. A second schema of the same
 * title whose content differs stays where it is.
 */
export function nameSchemas(document: Json): Json {
  const schemas: Json = {};
  const paths = visit(document.paths, schemas);
  const sorted = Object.fromEntries(Object.entries(schemas).toSorted(([a], [b]) => (a < b ? -1 : 1)));
  return { ...document, components: { ...(document.components as Json), schemas: sorted }, paths };
}

function visit(value: unknown, schemas: Json): unknown {
  if (Array.isArray(value)) return value.map((item) => visit(item, schemas));
  if (typeof value !== 'object' || value === null) return value;
  const copy: Json = {};
  for (const [name, member] of Object.entries(withoutRepeatedDescription(value as Json))) {
    copy[name] = visit(member, schemas);
  }
  return isNamedSchema(copy) ? reference(copy, schemas) : copy;
}

/** A property may be called "title": then it is a schema, not a text. */
function isNamedSchema(value: Json): value is Json & { title: string } {
  return typeof value.title === 'string' && ['type', 'allOf', 'anyOf', 'oneOf'].some((keyword) => keyword in value);
}

function reference(schema: Json & { title: string }, schemas: Json): Json {
  const { title } = schema;
  schemas[title] ??= schema;
  return JSON.stringify(schemas[title]) === JSON.stringify(schema) ? { $ref: `#/components/schemas/${title}` } : schema;
}

/** The description of a response is made of its schema's, which need not say it again. */
function withoutRepeatedDescription(value: Json): Json {
  if (typeof value.description !== 'string' || typeof value.content !== 'object') return value;
  const content = Object.entries(value.content as Record<string, { schema?: Json }>).map(([type, media]) => {
    if (media.schema === undefined || media.schema.description !== value.description) return [type, media];
    const { description: _repeated, ...schema } = media.schema;
    return [type, { ...media, schema }];
  });
  return { ...value, content: Object.fromEntries(content) as Json };
}
