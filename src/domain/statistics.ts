import { badRequest } from '../errors.js';
import { Prisma } from '../generated/prisma/client.js';
import type { Db } from './database.js';
import { inScope, type Scope } from './scope.js';
import { BUCKET_MS } from './traffic.js';

/** Traffic over a period: hits, and bytes of the answers' bodies. */
export interface Traffic {
  readonly begin: Date;
  readonly end: Date;
  readonly hits: number;
  readonly dataTransfer: number;
}

/** Which traffic: every given dimension must match. Ids. */
export interface TrafficFilter {
  readonly scope?: Scope;
  readonly offering?: string;
  readonly endpoint?: string;
  readonly user?: string;
  readonly key?: string;
  readonly access?: string;
  readonly permission?: string;
}

export interface Period {
  /** Included. */
  readonly start: Date;
  /** Excluded. */
  readonly end: Date;
  /** Steps of the details: calendar months (UTC), or five minutes, which are told of the last 30 days only. */
  readonly step: 'month' | 'five-minutes';
}

const FINE_DAYS = 30;
const DAY_MS = 24 * 60 * 60 * 1000;

/**
 * The period that a request asks for (contract §13): a year up to now when it says nothing.
 * @param asked.details `true` asks for steps of five minutes
 * @throws ApiError bad_request when it ends before it starts
 */
export function readPeriod(
  asked: { start?: Date | undefined; end?: Date | undefined; details?: boolean | undefined },
  now: Date,
): Period {
  const end = asked.end ?? now;
  const start = asked.start ?? new Date(Date.UTC(end.getUTCFullYear() - 1, end.getUTCMonth(), end.getUTCDate()));
  if (start >= end) throw badRequest('Le paramètre "start" doit être une date antérieure à "end".');
  return { start, end, step: asked.details === true ? 'five-minutes' : 'month' };
}

/**
 * Reads traffic: the total of the period, and its steps in which there was any, oldest first. Five minutes are
 * counted when a part of them is in the period.
 */
export async function readTraffic(
  db: Db,
  filter: TrafficFilter,
  period: Period,
  now: Date,
): Promise<{ total: Traffic; details: Traffic[] }> {
  const where = Prisma.join(
    [
      Prisma.sql`hit.bucket > ${new Date(period.start.getTime() - BUCKET_MS)}`,
      Prisma.sql`hit.bucket < ${period.end}`,
      ...dimensions(filter),
    ],
    ' AND ',
  );
  const fineSince = new Date(now.getTime() - FINE_DAYS * DAY_MS);
  const details =
    period.step === 'month'
      ? db.$queryRaw<StepRow[]>`
          SELECT step AS begin, step + interval '1 month' AS end, hits, data_transfer FROM (
            SELECT date_trunc('month', hit.bucket, 'UTC') AS step, ${SUMS} FROM geopf.hit AS hit
            WHERE ${where} GROUP BY 1) AS months ORDER BY 1`
      : db.$queryRaw<StepRow[]>`
          SELECT hit.bucket AS begin, hit.bucket + make_interval(secs => ${BUCKET_MS / 1000}::float8) AS end, ${SUMS}
          FROM geopf.hit AS hit WHERE ${where} AND hit.bucket >= ${fineSince} GROUP BY hit.bucket ORDER BY 1`;
  const [totals, steps] = await Promise.all([
    db.$queryRaw<SumRow[]>`SELECT ${SUMS} FROM geopf.hit AS hit WHERE ${where}`,
    details,
  ]);
  const [total] = totals;
  return {
    total: {
      begin: period.start,
      end: period.end,
      hits: Number(total?.hits ?? 0),
      dataTransfer: Number(total?.data_transfer ?? 0),
    },
    details: steps.map(({ begin, end, hits, data_transfer }) => ({
      begin,
      end,
      hits: Number(hits),
      dataTransfer: Number(data_transfer),
    })),
  };
}

interface SumRow {
  hits: bigint;
  data_transfer: bigint;
}

interface StepRow extends SumRow {
  begin: Date;
  end: Date;
}

const SUMS = Prisma.sql`coalesce(sum(hit.hits), 0)::bigint AS hits, coalesce(sum(hit.data_transfer), 0)::bigint AS data_transfer`;

function dimensions({ scope, offering, endpoint, user, key, access, permission }: TrafficFilter): Prisma.Sql[] {
  const columns = {
    offering_id: offering,
    endpoint_id: endpoint,
    user_id: user,
    key_id: key,
    access_id: access,
    permission_id: permission,
  };
  const given = Object.entries(columns).flatMap(([column, id]) =>
    id === undefined ? [] : [Prisma.sql`${Prisma.raw(`hit.${column}`)} = ${id}::uuid`],
  );
  return [...given, ...(scope === undefined ? [] : inScope(Prisma.sql`hit.datastore_id`, scope))];
}
