/** Trees of PostgreSQL's parser, as JSON: `{ "TypeOfNode": { field: … } }`. */

export type Fields = Readonly<Record<string, unknown>>;

/** A node met on the way. */
export interface Visit {
  /** PostgreSQL's name of its type. One that is not known is named after the field that holds it, `?field`. */
  readonly type: string;
  readonly fields: Fields;
  /** Type of the node it is in. */
  readonly parent: string;
  /** Its place, or that of the nearest node around it that has one, bytes. */
  readonly at: number;
}

/** Fields whose type is always the same: their value is not wrapped in its name. */
const INLINE: Readonly<Record<string, string>> = {
  alias: 'Alias',
  argType: 'TypeName',
  boolval: 'Boolean',
  bsval: 'BitString',
  collClause: 'CollateClause',
  constrrel: 'RangeVar',
  cycle_clause: 'CTECycleClause',
  fval: 'Float',
  identitySequence: 'RangeVar',
  infer: 'InferClause',
  into: 'IntoClause',
  intoClause: 'IntoClause',
  ival: 'Integer',
  join_using_alias: 'Alias',
  larg: 'SelectStmt',
  onConflictClause: 'OnConflictClause',
  over: 'WindowDef',
  partspec: 'PartitionSpec',
  pktable: 'RangeVar',
  rarg: 'SelectStmt',
  rel: 'RangeVar',
  relation: 'RangeVar',
  returnType: 'TypeName',
  search_clause: 'CTESearchClause',
  sequence: 'RangeVar',
  sval: 'String',
  typeName: 'TypeName',
  view: 'RangeVar',
  withClause: 'WithClause',
};

/** Nodes in each other beyond which a statement is not read. */
const MAX_DEPTH = 600;

/** Raised for a tree that is deeper than {@link MAX_DEPTH}. */
export class TooDeepError extends Error {
  constructor(readonly at: number) {
    super('too deep');
    this.name = 'TooDeepError';
  }
}

interface Pending extends Visit {
  readonly depth: number;
}

/** Every node of a tree, the first one included, each before those it holds. @throws TooDeepError */
export function* visits(type: string, fields: Fields, at: number): Generator<Visit> {
  const pending: Pending[] = [{ type, fields, parent: '', at, depth: 0 }];
  for (let visit = pending.pop(); visit !== undefined; visit = pending.pop()) {
    if (visit.depth > MAX_DEPTH) throw new TooDeepError(visit.at);
    yield visit;
    pending.push(...childrenOf(visit).toReversed());
  }
}

function childrenOf({ type: parent, fields, at, depth }: Pending): Pending[] {
  const children: Pending[] = [];
  const add = (field: string, value: unknown) => {
    if (Array.isArray(value)) {
      for (const item of value) add(field, item);
    } else if (isFields(value)) {
      const node = unwrap(value) ?? { type: INLINE[field] ?? `?${field}`, fields: value };
      // An empty node stands for nothing: the list of a DISTINCT without ON, a constant that is 0.
      if (Object.keys(value).length === 0) return;
      children.push({ ...node, parent, at: placeIn(node.fields) ?? at, depth: depth + 1 });
    }
  };
  for (const [field, value] of Object.entries(fields)) add(field, value);
  return children;
}

function placeIn({ location }: Fields): number | undefined {
  return typeof location === 'number' && location >= 0 ? location : undefined;
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The node in its wrapping; `undefined` for a value without one. */
export function unwrap(value: unknown): { type: string; fields: Fields } | undefined {
  if (!isFields(value)) return undefined;
  const [entry, ...others] = Object.entries(value);
  if (entry === undefined || others.length > 0 || !/^[A-Z]/.test(entry[0]) || !isFields(entry[1])) return undefined;
  return { type: entry[0], fields: entry[1] };
}

/** A field that is a node, without its wrapping if it has one; empty when absent. */
export function fieldsIn(value: unknown): Fields {
  return unwrap(value)?.fields ?? (isFields(value) ? value : {});
}

/** Elements of a field that is a list, or of a `List` node. */
export function listIn(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  const node = unwrap(value);
  return node?.type === 'List' && Array.isArray(node.fields.items) ? node.fields.items : [];
}

/** Texts of a list of `String` nodes: a qualified name, for one. */
export function namesIn(value: unknown): string[] {
  return listIn(value).map((item) => textIn(fieldsIn(item).sval));
}

/** A field that is text; empty when absent. */
export function textIn(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
