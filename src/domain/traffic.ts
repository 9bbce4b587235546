import type { Logger } from 'pino';
import type pg from 'pg';

/** Width of the steps in which traffic is counted, milliseconds (contract §13, statistics). */
export const BUCKET_MS = 5 * 60 * 1000;

/** Counts wait at most this long in memory. */
const FLUSH_MS = 1000;

/** Whoever presented a key on a private endpoint. Ids. */
export interface Consumer {
  readonly user: string;
  readonly key: string;
  readonly access: string;
  readonly permission: string | null;
}

/** What an answer of a service showed. */
export interface Served {
  /** Ids of the offerings whose data it holds. */
  readonly offerings: readonly string[];
  /** Who uses an offering; absent on open endpoints, where no credential is looked at. */
  readonly consumerOf?: ((offering: string) => Consumer | undefined) | undefined;
}

/** Counts the traffic of the services. */
export interface TrafficRecorder {
  /**
   * Counts one answer: a hit for each of its offerings, its bytes shared between them so that sums over an endpoint
   * stay those of the network.
   */
  record(served: Served, bytes: number): void;
  /** Writes what was counted; what cannot be written is kept for the next time. */
  flush(): Promise<void>;
  /** Writes the last counts. */
  close(): Promise<void>;
}

interface Count {
  readonly bucket: Date;
  readonly offering: string;
  readonly consumer: Consumer | undefined;
  hits: number;
  bytes: number;
}

/** Counts in memory, by five minutes and dimensions, and adds to the table `hit` every second. */
export function createTrafficRecorder({ pool, log }: { pool: pg.Pool; log: Logger }): TrafficRecorder {
  let counts = new Map<string, Count>();
  let writing: Promise<void> = Promise.resolve();

  function add(offering: string, consumer: Consumer | undefined, added: { hits: number; bytes: number; at: number }) {
    const bucket = added.at - (added.at % BUCKET_MS);
    const key = `${bucket} ${offering} ${consumer?.access} ${consumer?.permission}`;
    const known = counts.get(key);
    if (known === undefined) {
      const { hits, bytes } = added;
      counts.set(key, { bucket: new Date(bucket), offering, consumer, hits, bytes });
    } else {
      known.hits += added.hits;
      known.bytes += added.bytes;
    }
  }

  async function write(): Promise<void> {
    if (counts.size === 0) return;
    const taken = [...counts.values()];
    counts = new Map();
    try {
      await insert(pool, taken);
    } catch (error) {
      log.warn({ err: error, counts: taken.length }, 'Traffic:NotWritten');
      for (const { bucket, offering, consumer, hits, bytes } of taken) {
        add(offering, consumer, { hits, bytes, at: bucket.getTime() });
      }
    }
  }

  function flush(): Promise<void> {
    writing = writing.then(write);
    return writing;
  }

  const timer = setInterval(() => void flush(), FLUSH_MS);
  timer.unref();

  return {
    record({ offerings, consumerOf }, bytes) {
      const at = Date.now();
      const share = Math.floor(bytes / offerings.length);
      offerings.forEach((offering, index) => {
        const rest = index === 0 ? bytes - share * offerings.length : 0;
        add(offering, consumerOf?.(offering), { hits: 1, bytes: share + rest, at });
      });
    },
    flush,
    async close() {
      clearInterval(timer);
      await flush();
    },
  };
}

/** Endpoint and datastore come from the offering; one that is gone meanwhile is counted no more. */
async function insert(pool: pg.Pool, counts: readonly Count[]): Promise<void> {
  await pool.query(
    `INSERT INTO geopf.hit AS known (bucket, offering_id, endpoint_id, datastore_id, key_id, access_id, permission_id,
                                     user_id, hits, data_transfer)
     SELECT counted.bucket, counted.offering, offering.endpoint_id, configuration.datastore_id, counted.key,
            counted.access, counted.permission, counted.consumer, counted.hits, counted.bytes
     FROM unnest($1::timestamptz[], $2::uuid[], $3::uuid[], $4::uuid[], $5::uuid[], $6::uuid[], $7::bigint[], $8::bigint[])
            AS counted (bucket, offering, key, access, permission, consumer, hits, bytes)
     JOIN geopf.offering AS offering ON offering.id = counted.offering
     JOIN geopf.configuration AS configuration ON configuration.id = offering.configuration_id
     ON CONFLICT (bucket, offering_id, key_id, access_id, permission_id, user_id) DO UPDATE
       SET hits = known.hits + excluded.hits, data_transfer = known.data_transfer + excluded.data_transfer`,
    [
      counts.map((count) => count.bucket),
      counts.map((count) => count.offering),
      counts.map((count) => count.consumer?.key ?? null),
      counts.map((count) => count.consumer?.access ?? null),
      counts.map((count) => count.consumer?.permission ?? null),
      counts.map((count) => count.consumer?.user ?? null),
      counts.map((count) => count.hits),
      counts.map((count) => count.bytes),
    ],
  );
}
