import type { Logger } from 'pino';
import type pg from 'pg';
import { to as copyTo } from 'pg-copy-streams';
import { inline, sql, toQuery, type SqlFragment } from '../filter/fragment.js';
import { CopyRowDecoder } from './copy-rows.js';

/**
 * Reading features: counts and COPY streams on one snapshot of the database, with flat memory whatever the size, and
 * a connection that is always given back or destroyed.
 */

export interface FeatureDeps {
  readonly pool: pg.Pool;
  readonly log: Logger;
}

/** Rows of a COPY, as text chunks cut anywhere. */
export interface RowStream {
  readonly chunks: AsyncIterator<Buffer, void>;
  /** First chunk, already read: the query has started, so most of its errors would be known. */
  readonly first: IteratorResult<Buffer, void>;
  /** Rows begun so far; all of them once the chunks have ended. */
  count(): number;
}

/** One read-only transaction: everything it reads is of the same instant. */
export class FeatureSnapshot {
  private done = false;

  private constructor(
    private readonly client: pg.PoolClient,
    private readonly log: Logger,
    private readonly onEnd: () => void,
  ) {}

  /**
   * Takes a connection and opens the transaction.
   * @param timeoutMs longest statement
   * @param onEnd called once the connection is not used any more
   */
  static async open(
    { pool, log }: FeatureDeps,
    timeoutMs: number,
    onEnd: () => void = () => {},
  ): Promise<FeatureSnapshot> {
    const client = await pool.connect();
    const snapshot = new FeatureSnapshot(client, log, onEnd);
    client.on('error', snapshot.onConnectionError);
    try {
      await client.query(transactionStart(timeoutMs));
      return snapshot;
    } catch (error) {
      snapshot.abort();
      throw error;
    }
  }

  /** Runs a query whose one row has a `count`. */
  async count(query: SqlFragment): Promise<number> {
    const { rows } = await this.client.query<{ count: string }>(toQuery(query));
    return Number(rows[0]?.count ?? 0);
  }

  /** Runs a query whose rows fit into memory. */
  async rows<Row extends object>(query: SqlFragment): Promise<Row[]> {
    return (await this.client.query<Row>(toQuery(query))).rows;
  }

  /** Starts streaming a query of one text column; rows are separated by `separator`. */
  async copy(query: SqlFragment, separator: string): Promise<RowStream> {
    const decoder = new CopyRowDecoder(separator);
    const stream = this.client.query(copyTo(inline(sql`COPY (${query}) TO STDOUT (FORMAT binary)`)));
    const chunks = decodeChunks(stream, decoder);
    return { chunks, first: await chunks.next(), count: () => decoder.rows };
  }

  /** Ends the transaction and gives the connection back. */
  async close(): Promise<void> {
    if (this.done) return;
    this.done = true;
    try {
      await this.client.query('ROLLBACK');
      this.release(false);
    } catch (error) {
      this.release(true);
      throw error;
    }
  }

  /**
   * Drops the connection at once, whatever it is doing. PostgreSQL notices when it next writes or, while it computes,
   * within `client_connection_check_interval`, and stops the query.
   */
  abort(): void {
    if (this.done) return;
    this.done = true;
    this.release(true);
  }

  private release(destroy: boolean): void {
    this.client.removeListener('error', this.onConnectionError);
    // A destroyed connection may still report its own end.
    if (destroy) this.client.on('error', this.onConnectionError);
    this.client.release(destroy);
    this.onEnd();
  }

  private readonly onConnectionError = (error: Error): void => {
    this.log.debug({ err: error }, 'Features:ConnectionLost');
  };
}

/** Settings that make answers repeatable and keep one request from taking every core. */
function transactionStart(timeoutMs: number): string {
  return [
    'BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY',
    `SET LOCAL statement_timeout = ${Math.trunc(timeoutMs)}`,
    "SET LOCAL client_connection_check_interval = '1s'",
    "SET LOCAL TimeZone = 'UTC'",
    "SET LOCAL DateStyle = 'ISO, YMD'",
    'SET LOCAL extra_float_digits = 1',
    'SET LOCAL synchronize_seqscans = off',
    'SET LOCAL max_parallel_workers_per_gather = 0',
    'SET LOCAL jit = off',
  ].join('; ');
}

async function* decodeChunks(stream: AsyncIterable<Buffer>, decoder: CopyRowDecoder): AsyncGenerator<Buffer, void> {
  for await (const chunk of stream) {
    const text = decoder.push(chunk);
    if (text.length > 0) yield text;
  }
  decoder.finish();
}
