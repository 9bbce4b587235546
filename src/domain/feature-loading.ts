import type pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import type { FeatureSchema } from './feature-schemas.js';
import { quoteIdentifier, readRelations, type Relation } from './relations.js';

/** Tables of features: their creation, the COPY that fills them, their key and indexes. All in the caller's transaction. */

type Client = Pick<pg.ClientBase, 'query'>;

/** A table to create. */
export interface NewTable {
  readonly table: string;
  readonly key: { readonly column: string; readonly type: 'integer' | 'bigint' };
  /** In table order, key and geometry apart. `type` is checked SQL. */
  readonly columns: readonly { readonly name: string; readonly type: string }[];
  /** `type` as PostGIS spells it in a type modifier (`MULTIPOLYGONZ`), checked by the caller. */
  readonly geometry: { readonly column: string; readonly type: string; readonly srid: number } | null;
}

/** Creates a table, numbered by a sequence of its own, without key or index yet: both are faster once it is full. */
export async function createTable(client: Client, target: FeatureSchema, table: NewTable): Promise<void> {
  const schema = quoteIdentifier(target.schema);
  const name = `${schema}.${quoteIdentifier(table.table)}`;
  const serial = table.key.type === 'bigint' ? 'bigserial' : 'serial';
  const columns = [
    `${quoteIdentifier(table.key.column)} ${serial} NOT NULL`,
    ...table.columns.map((column) => `${quoteIdentifier(column.name)} ${column.type}`),
    ...(table.geometry === null
      ? []
      : [`${quoteIdentifier(table.geometry.column)} public.geometry(${table.geometry.type},${table.geometry.srid})`]),
  ];
  await client.query(`CREATE TABLE ${name} (${columns.join(', ')})`);
}

/** Primary key, spatial index and statistics of a table that was just filled. */
export async function finishTable(client: Client, target: FeatureSchema, table: NewTable): Promise<void> {
  const name = `${quoteIdentifier(target.schema)}.${quoteIdentifier(table.table)}`;
  await client.query(`ALTER TABLE ${name} ADD PRIMARY KEY (${quoteIdentifier(table.key.column)})`);
  if (table.geometry !== null) {
    await client.query(`CREATE INDEX ON ${name} USING gist (${quoteIdentifier(table.geometry.column)})`);
  }
  await analyseTable(client, target.schema, table.table);
}

/** Statistics for the planner. */
export async function analyseTable(client: Client, schema: string, table: string): Promise<void> {
  await client.query(`ANALYZE ${quoteIdentifier(schema)}.${quoteIdentifier(table)}`);
}

/** Lets the geometry column of a table hold a wider type, to which its rows are turned. */
export async function widenGeometry(
  client: Client,
  schema: string,
  table: string,
  geometry: NonNullable<NewTable['geometry']>,
): Promise<void> {
  const column = quoteIdentifier(geometry.column);
  const value = geometry.type.startsWith('MULTI') ? `public.ST_Multi(${column})` : column;
  await client.query(
    `ALTER TABLE ${quoteIdentifier(schema)}.${quoteIdentifier(table)}
     ALTER COLUMN ${column} TYPE public.geometry(${geometry.type},${geometry.srid}) USING ${value}`,
  );
}

/** Moves the sequence of a key, when it has one, past the values that rows brought with them. */
export async function advanceKey(client: Client, schema: string, table: string, column: string): Promise<void> {
  const name = `${quoteIdentifier(schema)}.${quoteIdentifier(table)}`;
  await client.query(
    `SELECT setval(pg_get_serial_sequence($1, $2), greatest(max(${quoteIdentifier(column)}), 1), count(*) > 0) FROM ${name}`,
    [name, column],
  );
}

/** A running COPY. */
export interface RowWriter {
  /** Sends a block of COPY text; resolves when more can be taken. */
  write(block: Buffer): Promise<void>;
  /** Ends the COPY: number of rows stored. */
  end(): Promise<number>;
  /** Gives up; the transaction can only be rolled back. */
  abandon(): Promise<void>;
}

/** Starts a COPY of text rows into the given columns. */
export function copyRows(client: pg.ClientBase, schema: string, table: string, columns: readonly string[]): RowWriter {
  const name = `${quoteIdentifier(schema)}.${quoteIdentifier(table)}`;
  const list = columns.map(quoteIdentifier).join(', ');
  const stream = client.query(copyFrom(`COPY ${name} (${list}) FROM STDIN`));
  let failure: Error | undefined;
  let onFailure: ((error: Error) => void) | undefined;
  stream.on('error', (error: Error) => {
    failure = error;
    onFailure?.(error);
  });
  // The server may refuse a row while we wait for room: its error must win over a wait without end.
  const guarded = <T>(start: (resolve: (value: T) => void) => void): Promise<T> =>
    new Promise((resolve, reject) => {
      if (failure !== undefined) {
        reject(failure);
        return;
      }
      onFailure = reject;
      start(resolve);
    });
  return {
    write: (block) => guarded<void>((resolve) => void stream.write(block, (error) => error ?? resolve())),
    end: () =>
      guarded<number>((resolve) => {
        stream.once('finish', () => resolve(stream.rowCount));
        stream.end();
      }),
    async abandon() {
      if (failure !== undefined || stream.writableFinished) return;
      await new Promise<void>((resolve) => {
        stream.once('close', () => resolve());
        stream.destroy(new Error('abandoned'));
      });
    },
  };
}

/** The table of this name in the schema, or `undefined`. */
export async function findTable(client: Client, schema: string, table: string): Promise<Relation | undefined> {
  return (await readRelations(client as Pick<pg.Pool, 'query'>, schema, [table]))[0];
}
